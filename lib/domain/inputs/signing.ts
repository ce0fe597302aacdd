import type { SigningKey } from '../signing.ts';
import type { InputReader } from './reader.ts';

/** Reads `sign` and `sign-key`; undefined: nothing is signed. */
export function readSigning(reader: InputReader): SigningKey | undefined {
  const [sign, key] = [reader.flag('sign'), reader.text('sign-key')];
  if (!sign && key !== '')
    reader.fault({
      input: 'sign',
      value: '"false"',
      problem: 'sign-key is given: say sign: true, or leave it out',
    });
  if (key.includes('PRIVATE KEY'))
    reader.fault({
      input: 'sign-key',
      problem: 'is the key itself: put it in the environment of the step and write env://COSIGN_PRIVATE_KEY',
    });
  if (!sign) return undefined;
  return key === '' ? { kind: 'keyless' } : { kind: 'key', key };
}

/** What is asked of cosign. Keys are named, never passed: cosign reads them itself. */
import type { SigningKey, TrustedSigner } from '../../ports/signer.ts';

export const versionArgv: readonly string[] = ['version', '--json'];

/** The public half of a key. */
export const publicKeyArgv = (key: string): string[] => ['public-key', '--key', key];

/** `image` by digest: the digest is signed once, whatever tags come to it. */
export function signArgv(image: string, key: SigningKey, major: number): string[] {
  return [
    'sign',
    '--yes',
    ...(key.kind === 'keyless' ? [] : ['--key', key.key, ...withoutLog('--tlog-upload=false', major)]),
    image,
  ];
}

/** `key`: of `public-key`, a file or a key service. */
export function verifyArgv(image: string, signer: Exclude<TrustedSigner, { kind: 'signing-key' }>): string[] {
  return [
    'verify',
    '--output',
    'json',
    ...(signer.kind === 'public-key'
      ? ['--key', signer.key, '--insecure-ignore-tlog=true']
      : [
          '--certificate-identity-regexp',
          signer.identity,
          '--certificate-oidc-issuer-regexp',
          signer.issuer,
        ]),
    image,
  ];
}

/** What a private key signs is nobody's business; cosign 3 asks for both flags. */
const withoutLog = (flag: string, major: number): string[] =>
  major >= 3 ? [flag, '--use-signing-config=false'] : [flag];

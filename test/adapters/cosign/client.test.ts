import { expect, test } from '@jest/globals';
import { cosignSigner } from '../../../lib/adapters/cosign/client.ts';
import type { SigningKey } from '../../../lib/ports/signer.ts';

const signer = cosignSigner({
  spawn: async ({ argv }) => ({
    status: argv[1] === 'version' ? 0 : 1,
    stdout: '{"gitVersion":"v2.6.1"}',
    stderr: 'Error: no token',
    duration: 1,
    cancelled: false,
    timedOut: false,
  }),
  files: { writePrivate: async (name) => `/private/${name}` },
  dockerConfig: '/private',
  workspace: '/work',
});
const ref = { registry: 'a.test', repository: 'shop', digest: `sha256:${'a'.repeat(64)}` };

test.each<[SigningKey, string | undefined]>([
  [
    { kind: 'keyless' },
    'the lines above say why; keyless signing needs permissions: id-token: write on this job; else give sign-key',
  ],
  [
    { kind: 'key', key: 'env://KEY' },
    'the lines above say why; sign-key must name a key that cosign can read, with its password',
  ],
])('what to do where it could not sign: %j', async (key, remedy) => {
  await expect(signer.sign(ref, key)).rejects.toMatchObject({ remedy, lastLines: ['Error: no token'] });
});

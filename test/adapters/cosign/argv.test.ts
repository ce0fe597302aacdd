import { expect, test } from '@jest/globals';
import { signArgv, verifyArgv } from '../../../lib/adapters/cosign/argv.ts';

const image = `ghcr.io/octo/shop@sha256:${'a'.repeat(64)}`;
const key = { kind: 'key', key: 'env://COSIGN_PRIVATE_KEY' } as const;

test.each([
  ['keyless', { kind: 'keyless' } as const, 2, `sign --yes ${image}`],
  ['a key, cosign 2', key, 2, `sign --yes --key env://COSIGN_PRIVATE_KEY --tlog-upload=false ${image}`],
  [
    'a key, cosign 3',
    key,
    3,
    `sign --yes --key env://COSIGN_PRIVATE_KEY --tlog-upload=false --use-signing-config=false ${image}`,
  ],
])('%s', (_, by, major, expected) => {
  expect(signArgv(image, by, major).join(' ')).toBe(expected);
});

test.each([
  [
    { kind: 'public-key', key: 'cosign.pub' } as const,
    `verify --output json --key cosign.pub --insecure-ignore-tlog=true ${image}`,
  ],
  [
    { kind: 'keyless', identity: '^https://x$', issuer: '^https://y$' } as const,
    `verify --output json --certificate-identity-regexp ^https://x$ --certificate-oidc-issuer-regexp ^https://y$ ${image}`,
  ],
])('%j', (signer, expected) => {
  expect(verifyArgv(image, signer).join(' ')).toBe(expected);
});

import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/build-push/inputs.ts';
import { trustedSigner } from '../../../actions/build-push/signer.ts';

const inputsOf = (env: Record<string, string>) =>
  parseInputs(
    { images: 'ghcr.io/octo/shop', sign: 'true', 'reuse-from': 'refs/heads/main\nrefs/tags/v1.*' },
    env,
  );

const keyless = (env: Record<string, string> = {}) => {
  const signer = trustedSigner({ kind: 'keyless' }, inputsOf(env), 'octo/shop');
  if (signer.kind !== 'keyless') throw new Error('asked for keyless');
  return signer;
};

test('a key is asked for its own public half', () => {
  expect(trustedSigner({ kind: 'key', key: 'awskms:///x' }, inputsOf({}), 'octo/shop')).toEqual({
    kind: 'signing-key',
    key: 'awskms:///x',
  });
});

const workflow = 'https://github.com/octo/shop/.github/workflows/build.yml';

test.each([
  [`${workflow}@refs/heads/main`, true],
  [`${workflow}@refs/tags/v1.4.2`, true],
  [`${workflow}@refs/heads/mine`, false],
  [`${workflow}@refs/heads/main2`, false],
  [`${workflow}@refs/tags/v1x4`, false],
  ['https://github.com/octo/shop2/.github/workflows/build.yml@refs/heads/main', false],
  ['https://github.com/evil/x/.github/workflows/build.yml@refs/heads/main', false],
  ['https://github.com/octo/shop/.github/workflows/a@refs/heads/mine@refs/heads/main', false],
])('%s may write releases: %s', (identity, expected) => {
  expect(new RegExp(keyless().identity).test(identity)).toBe(expected);
});

test('who issued the identity', () => {
  expect(keyless().issuer).toBe('^https://token\\.actions\\.githubusercontent\\.com$');
  expect(keyless({ GITHUB_SERVER_URL: 'https://ghes.example.com' }).issuer).toBe(
    '^https://ghes\\.example\\.com/_services/token$',
  );
});

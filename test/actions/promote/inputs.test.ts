import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/promote/inputs.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import { env } from './memory.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const source = `ghcr.io/octo/shop@${digest}`;

const faultsOf = (given: Record<string, string>): readonly { input: string; problem: string }[] => {
  try {
    parseInputs(given, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
};

test('the least that a workflow must say', () => {
  expect(parseInputs({ source, tags: 'prod' }, env)).toMatchObject({
    source: { registry: 'ghcr.io', repository: 'octo/shop', digest },
    destinations: [{ registry: 'ghcr.io', repository: 'octo/shop' }],
    tags: ['prod'],
    facts: { runId: '1001', branch: 'main' },
    require: [],
    ifExists: 'overwrite',
    dryRun: false,
    trust: {
      kind: 'keyless',
      issuer: '^https://token\\.actions\\.githubusercontent\\.com$',
    },
  });
});

test('another repository alone is enough: the copy is found by its digest', () => {
  const { destinations, tags } = parseInputs(
    { source, destinations: 'ghcr.io/octo/prod\nr.test:5000/shop' },
    env,
  );
  expect(destinations).toEqual([
    { registry: 'ghcr.io', repository: 'octo/prod' },
    { registry: 'r.test:5000', repository: 'shop' },
  ]);
  expect(tags).toEqual([]);
});

test('tags may come in a line, as another step gives them', () => {
  const { tags } = parseInputs({ source, tags: 'prod,{env}-{run_id}\n# the release\nv{version}' }, env);
  expect(tags).toEqual(['prod', '{env}-{run_id}', 'v{version}']);
});

test('the run of a git tag has its version', () => {
  const { facts } = parseInputs({ source, tags: 'v{version}' }, { ...env, GITHUB_REF: 'refs/tags/v1.4.2' });
  expect(facts).toMatchObject({ version: '1.4.2', tag: 'v1.4.2' });
});

test('whose signature counts can be said', () => {
  const trust = (given: Record<string, string>) =>
    parseInputs({ source, tags: 'prod', require: 'signature', ...given }, env).trust;
  expect(trust({ 'signature-key': 'awskms:///alias/release' })).toEqual({
    kind: 'public-key',
    key: 'awskms:///alias/release',
  });
  expect(trust({ 'signature-identity': '^ada@', 'signature-issuer': '^https://sso' })).toEqual({
    kind: 'keyless',
    identity: '^ada@',
    issuer: '^https://sso',
  });
});

test.each([
  ['nothing', {}, 'source', 'is required'],
  ['no image of it', { source: 'ghcr.io/octo/shop', tags: 'prod' }, 'source', 'which image of it?'],
  [
    'upper case',
    { source: `ghcr.io/Octo/Shop@${digest}`, tags: 'prod' },
    'source',
    'in lower case: ghcr.io/octo/shop@',
  ],
  [
    'a short digest',
    { source: 'ghcr.io/octo/shop@sha256:abcd', tags: 'a' },
    'source',
    'must be registry/name@sha256',
  ],
  ['nowhere to go', { source }, 'tags + destinations', 'nothing would change'],
  [
    'nowhere else to go',
    { source, destinations: 'ghcr.io/octo/shop' },
    'tags + destinations',
    'nothing would change',
  ],
  ['a destination with a tag', { source, destinations: 'ghcr.io/octo/prod:v1' }, 'destinations', 'has a tag'],
  [
    'a destination in upper case',
    { source, destinations: 'ghcr.io/Octo/prod' },
    'destinations',
    'lower case',
  ],
  ['a destination twice', { source, destinations: 'r.test/a\nr.test/a' }, 'destinations', 'is there twice'],
  ['an unknown place', { source, tags: 'v{versoin}' }, 'tags', 'did you mean {version}?'],
  ['a plus', { source, tags: '1.4.2+7' }, 'tags', 'a tag cannot hold a +'],
  ['a tag that is too long', { source, tags: 'a'.repeat(129) }, 'tags', 'at most 128'],
  ['a tag twice', { source, tags: 'a\na' }, 'tags', 'is there twice'],
  ['a version that is none', { source, tags: 'a', version: 'main' }, 'version', 'must be a semantic version'],
  ['a pattern of a shell', { source, tags: 'a', immutable: 'v[0-9]' }, 'immutable', 'only * and places'],
  [
    'an unknown requirement',
    { source, tags: 'a', require: 'signatur' },
    'require',
    'did you mean signature?',
  ],
  [
    'a key that nothing asks for',
    { source, tags: 'a', 'signature-key': 'k' },
    'signature-key',
    'nothing asks for it',
  ],
  [
    'key and identity',
    { source, tags: 'a', require: 'signature', 'signature-key': 'k', 'signature-identity': 'i' },
    'signature-key + signature-identity',
    'give one of them',
  ],
  [
    'a private key',
    { source, tags: 'a', require: 'signature', 'signature-key': '-----BEGIN PRIVATE KEY-----' },
    'signature-key',
    'only the public one',
  ],
  ['an unknown policy', { source, tags: 'a', 'if-exists': 'reuse' }, 'if-exists', 'overwrite, fail'],
  ['from habit', { source, tags: 'a', image: 'x' }, 'image', 'use source'],
])('refused: %s', (_, given, input, problem) => {
  expect(faultsOf(given)).toContainEqual(
    expect.objectContaining({ input, problem: expect.stringContaining(problem) }),
  );
});

test('a private key is not quoted back', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nsecret';
  const faults = faultsOf({ source, tags: 'a', require: 'signature', 'signature-key': key });
  expect(JSON.stringify(faults)).not.toContain('secret');
});

test('every fault at once', () => {
  const given = { source: 'x y', destinations: 'A b', tags: '{nope}', require: 'luck', version: 'one' };
  expect(faultsOf(given).map(({ input }) => input)).toEqual([
    'source',
    'destinations',
    'tags',
    'version',
    'require',
  ]);
});

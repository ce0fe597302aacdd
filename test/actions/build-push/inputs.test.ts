import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/build-push/inputs.ts';
import type { Look } from '../../../lib/domain/build/places.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import { plainIntent } from '../../domain/build/samples.ts';

const env = {
  GITHUB_REF: 'refs/tags/v1.4.2',
  GITHUB_SHA: '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79',
  GITHUB_RUN_ID: '1001',
  NPM_TOKEN: 'petunia-6612',
};
const least = { images: 'ghcr.io/octo/shop' };

const faultsOf = (
  given: Record<string, string>,
  look?: Look,
): readonly { input: string; value?: string; problem: string }[] => {
  try {
    parseInputs({ ...least, ...given }, env, look);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
};

test('the least that a workflow must say', () => {
  expect(parseInputs(least, env)).toMatchObject({
    what: { kind: 'build', intent: plainIntent },
    images: [{ registry: 'ghcr.io', repository: 'octo/shop' }],
    push: true,
    tags: [],
    facts: { version: '1.4.2', tag: 'v1.4.2' },
    immutable: [{ text: 'v*' }, { text: 'sha-*' }, { text: '{env}-{run_id}' }],
    ifExists: 'overwrite',
    builder: undefined,
    reuse: 'never',
    maxAge: 7 * 86_400_000,
    retries: 2,
    quarantine: { verify: [], scan: [], severity: 'high', sign: undefined },
    dryRun: false,
  });
});

test("docker/build-push-action's inputs as they are", () => {
  const given = {
    context: 'app',
    file: 'app/Dockerfile.prod',
    target: 'run',
    platforms: 'linux/amd64,linux/arm64',
    'build-args': 'A=1\nB=2,3',
    'build-contexts': 'base=docker-image://alpine:3',
    secrets: '"npm=one\ntwo"\nother=three',
    'secret-envs': 'e=NPM_TOKEN',
    ssh: 'default',
    'cache-from': 'type=registry,ref=r/c',
    'cache-to': 'type=registry,ref=r/c,mode=max',
    pull: 'true',
    'no-cache': 'true',
    'no-cache-filters': 'a,b',
    labels: 'team=cart, checkout',
    annotations: 'index:a=b',
    provenance: 'mode=max',
    sbom: 'true',
    attests: 'type=sbom',
    outputs: 'type=local,"dest=a,b"',
    network: 'host',
    'add-hosts': 'a:1.2.3.4,b:1.2.3.5',
    allow: 'network.host',
    'shm-size': '2g',
    ulimit: 'nofile=1024:1024',
    'cgroup-parent': 'x',
  };
  expect(parseInputs({ ...least, ...given }, env).what).toEqual({
    kind: 'build',
    intent: {
      ...plainIntent,
      context: 'app',
      file: 'app/Dockerfile.prod',
      target: 'run',
      platforms: ['linux/amd64', 'linux/arm64'],
      buildArgs: ['A=1', 'B=2,3'],
      buildContexts: ['base=docker-image://alpine:3'],
      secrets: [
        { id: 'npm', from: { kind: 'value', value: 'one\ntwo' } },
        { id: 'other', from: { kind: 'value', value: 'three' } },
        { id: 'e', from: { kind: 'env', name: 'NPM_TOKEN' } },
      ],
      ssh: ['default'],
      cacheFrom: ['type=registry,ref=r/c'],
      cacheTo: ['type=registry,ref=r/c,mode=max'],
      pull: true,
      noCache: true,
      noCacheFilters: ['a', 'b'],
      labels: ['team=cart, checkout'],
      annotations: ['index:a=b'],
      provenance: 'mode=max',
      sbom: 'true',
      attests: ['type=sbom'],
      outputs: ['type=local,"dest=a,b"'],
      network: 'host',
      addHosts: ['a:1.2.3.4', 'b:1.2.3.5'],
      allow: ['network.host'],
      shmSize: '2g',
      ulimit: ['nofile=1024:1024'],
      cgroupParent: 'x',
    },
  });
});

test('every fault at once', () => {
  const given = {
    images: 'ghcr.io/Octo/Shop',
    tags: 'v1.4.2+7\n{vresion}\n'.concat('x'.repeat(129)),
    platforms: 'linux/amd64,linux/arm64',
    load: 'true',
    context: '../elsewhere',
    secrets: 'npm=',
    'build-args': 'NPM_TOKEN=x',
    tag: 'v1',
  };
  const look: Look = () => ({ kind: 'folder', inside: false });
  expect(faultsOf(given, look).map(({ input, problem }) => `${input}: ${problem}`)).toEqual([
    expect.stringContaining('tag: did you mean tags?'),
    'images: a repository is written in lower case: ghcr.io/octo/shop',
    expect.stringContaining('secrets: npm is empty: a fork'),
    'context: is outside the workspace; only what is checked out is built',
    expect.stringContaining('load + platforms: a Docker engine takes one platform'),
    expect.stringContaining('build-args: NPM_TOKEN looks like a secret'),
    expect.stringContaining('tags: a tag cannot hold a +; write v1.4.2_7'),
    expect.stringContaining('tags: {vresion} is no field; did you mean {version}?'),
    'tags: has 129 characters; a tag has at most 128',
  ]);
});

const files: Look = (path) => ({
  kind: path === '.' || path === 'app' ? 'folder' : path === 'Dockerfile' ? 'file' : 'nothing',
  inside: true,
});

test.each([
  ['missing Dockerfile', { context: 'app' }, 'file', 'there is no such file; name the Dockerfile with file'],
  ['missing file', { file: 'x/Dockerfile' }, 'file', 'from the root of the workspace'],
  ['missing context', { context: 'nowhere' }, 'context', 'did actions/checkout run before?'],
  ['a remote context', { context: 'https://github.com/octo/shop.git#main' }, 'context', 'is no folder'],
  ["build-push-action's template", { context: '{{defaultContext}}:app' }, 'context', 'is no folder'],
  ['a build context', { 'build-contexts': 'lib=../lib' }, 'build-contexts', 'there is no such folder'],
  ['a build context without a name', { 'build-contexts': 'lib' }, 'build-contexts', 'write name=path'],
  ['a secret file', { 'secret-files': 'npm=.npmrc' }, 'secret-files', 'there is no such file'],
  ['a secret without a variable', { 'secret-envs': 'a=NOWHERE' }, 'secret-envs', 'no such variable'],
  ['a secret without an id', { secrets: 'hunter22' }, 'secrets', 'each entry is written id=value'],
  ['a secret twice', { secrets: 'a=1\na=2' }, 'secrets', 'a is there twice'],
  ['a known secret in an argument', { 'build-args': 'X=petunia-6612' }, 'build-args', 'X holds a secret'],
  [
    'a secret of its own in a label',
    { secrets: 'a=hunter22', labels: 'x=hunter22' },
    'labels',
    'x holds a secret',
  ],
  ['a label of ours', { labels: 'dev.slipway.ref=x' }, 'labels', 'written by this step alone'],
  ['a label without a value', { labels: 'x' }, 'labels', 'write key=value'],
  ['a platform', { platforms: 'amd64' }, 'platforms', 'write os/architecture'],
  ['an output that pushes', { outputs: 'type=registry' }, 'outputs', 'would push past the checks'],
  ['another', { outputs: 'type=image,name=x,push=true' }, 'outputs', 'would push past the checks'],
  ['no images', { images: '' }, 'images', 'is required'],
  ['a tag of two templates', { tags: 'v{version}\n{tag}' }, 'tags', 'v1.4.2 is there twice'],
  [
    'a place without a value',
    { tags: '{branch}' },
    'tags',
    '{branch} has no value in this run: it is about a tag',
  ],
  [
    'an environment that nobody named',
    { tags: '{env}' },
    'tags',
    '{env} has no value in this run: give input environment',
  ],
  ['a pattern', { immutable: 'v?' }, 'immutable', 'only *'],
  ['a version', { version: '1.4' }, 'version', 'must be a semantic version'],
  ['a shell in a command', { 'verify-command': 'a && b' }, 'verify-command', 'no shell reads it'],
  ['a place of a command', { 'scan-command': 'scan {image}' }, 'scan-command', 'unknown placeholder'],
  ['a list that is none', { 'scan-command': '[a, {b: c}]' }, 'scan-command', 'must be a list of words'],
  ['a key without sign', { 'sign-key': 'awskms://x' }, 'sign', 'sign-key is given'],
  [
    'nothing to verify',
    { push: 'false', 'verify-command': 'x' },
    'push + verify-command',
    'nothing is pushed',
  ],
  ['a digest to merge', { 'merge-digests': 'latest' }, 'merge-digests', 'must be the output digest'],
  [
    'a merge with a target',
    { 'merge-digests': `sha256:${'a'.repeat(64)}`, target: 'x' },
    'merge-digests + target',
    'nothing is built then',
  ],
  ['anew, and not at all', { 'no-cache': 'true', reuse: 'same-source' }, 'no-cache + reuse', 'leave one out'],
  ['load without a name', { load: 'true' }, 'load', 'needs images and tags'],
  ['a habit', { 'github-token': 'x' }, 'github-token', 'is not needed'],
  ['another habit', { password: 'x' }, 'password', 'use registries'],
])('%s', (_, given, input, problem) => {
  const faults = faultsOf(given, files);
  expect(faults).toContainEqual(
    expect.objectContaining({ input, problem: expect.stringContaining(problem) }),
  );
  expect(JSON.stringify(faults)).not.toMatch(/hunter22|petunia/);
});

test('a command as a list keeps its words', () => {
  const { quarantine } = parseInputs({ ...least, 'verify-command': '[bash, -c, "test \\"$IMAGE\\""]' }, env);
  expect(quarantine.verify).toEqual(['bash', '-c', 'test "$IMAGE"']);
});

test('tags may bear comments, as images may', () => {
  expect(parseInputs({ ...least, tags: '# the release\nv{version}, latest\n' }, env).tags).toEqual([
    'v{version}',
    'latest',
  ]);
});

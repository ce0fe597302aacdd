import { describe, expect, test } from '@jest/globals';
import { differingParts, partsOf, platformsOf, summed } from '../../../lib/domain/source/canonical.ts';
import type { Gathered } from '../../../lib/domain/source/canonical.ts';
import { readContext } from '../../../lib/domain/source/contexts.ts';
import { normalPlatform } from '../../../lib/domain/source/platform.ts';
import { readRemote } from '../../../lib/domain/source/remote.ts';
import type { SourceEntry, SourceInputs } from '../../../lib/domain/source/types.ts';
import { Unhashable } from '../../../lib/domain/source/unhashable.ts';

const inputs: SourceInputs = {
  context: '/a',
  file: '/a/Dockerfile',
  buildContexts: {},
  buildArgs: {},
  platforms: [],
  buildPlatform: 'linux/amd64',
  secretIds: [],
  sshIds: [],
  settings: {},
};

const entry = (path: string, id = '1', mode: SourceEntry['mode'] = '100644'): SourceEntry => ({
  path,
  id,
  mode,
});

function textOf(
  entries: readonly SourceEntry[],
  change: Partial<SourceInputs> = {},
  dockerfile = 'FROM a',
): string {
  const listings = [{ name: 'context', listing: { entries, dirty: [] } }];
  const gathered: Gathered = { dockerfile, listings, pinned: [], bases: [] };
  return JSON.stringify(partsOf({ ...inputs, ...change }, gathered));
}

describe('the text that is hashed', () => {
  test('is the same in whatever order the files came', () => {
    expect(textOf([entry('b'), entry('a'), entry('a/b')])).toBe(
      textOf([entry('a/b'), entry('a'), entry('b')]),
    );
  });

  test.each([
    ['a name that looks like two lines', [entry('a","100644","1"]\n["b')], [entry('a'), entry('b')]],
    ['where a name ends', [entry('ab', 'c')], [entry('a', 'bc')]],
    ['the mode', [entry('a', '1', '120000')], [entry('a')]],
    ['an empty folder and nothing', [entry('a', '', 'folder')], []],
  ])('tells apart: %s', (_, one, other) => {
    expect(textOf(one)).not.toBe(textOf(other));
  });

  test('an argument cannot pass for another', () => {
    expect(textOf([], { buildArgs: { A: '1', B: '2' } })).not.toBe(
      textOf([], { buildArgs: { A: '1","B":"2' } }),
    );
    expect(textOf([], { secretIds: ['a'] })).not.toBe(textOf([], { sshIds: ['a'] }));
  });

  test('a proxy counts only where the Dockerfile speaks of it', () => {
    const proxy = { buildArgs: { HTTP_PROXY: 'http://a.test' } };

    expect(textOf([], proxy)).toBe(textOf([]));
    expect(textOf([], proxy, 'ARG \\\n http_proxy')).not.toBe(textOf([], {}, 'ARG \\\n http_proxy'));
  });

  test('the sum does not depend on the order of the parts', () => {
    const parts = [
      { name: 'a', sum: '1' },
      { name: 'b', sum: '0' },
    ];

    expect(summed(parts)).toBe('slipway source 1\n0 "b"\n1 "a"');
    expect(summed(parts.toReversed())).toBe(summed(parts));
  });
});

test('names the parts that differ, also one that only one side has', () => {
  expect(differingParts({ a: '1', b: '2', c: '3' }, { a: '1', b: '3', d: '4' })).toEqual(['b', 'c', 'd']);
});

test.each([
  ['linux/amd64', 'linux/amd64'],
  ['linux/x86_64', 'linux/amd64'],
  ['Linux/AMD64', 'linux/amd64'],
  ['amd64', 'linux/amd64'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/aarch64', 'linux/arm64'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/v6', 'linux/arm/v6'],
  ['linux/amd64/v3', 'linux/amd64/v3'],
  ['windows/amd64', 'windows/amd64'],
])('the platform %s is %s', (written, normal) => {
  expect(normalPlatform(written)).toBe(normal);
});

test('where no platform is named, the builder decides', () => {
  expect(platformsOf({ ...inputs, buildPlatform: 'linux/arm64/v8' })).toEqual(['linux/arm64']);
});

const commit = 'a'.repeat(40);

test.each([
  ['.', undefined],
  ['/a/b.git', undefined],
  ['./https://a', undefined],
  ['https://a.test/a.tgz', { kind: 'http', url: 'https://a.test/a.tgz' }],
  ['https://a.test/a', { kind: 'http', url: 'https://a.test/a' }],
  ['https://a.test/a.git', { kind: 'git', pinned: false }],
  ['https://a.test/a.git#main:docs', { kind: 'git', pinned: false }],
  ['https://a.test/a.git#abcdef1', { kind: 'git', pinned: false }],
  [`https://a.test/a.git#${commit}`, { kind: 'git', pinned: true }],
  [`https://a.test/a.git#${commit}:docs`, { kind: 'git', pinned: true }],
  [`https://a.test/a.git?branch=main&commit=${commit}`, { kind: 'git', pinned: true }],
  [`https://a.test/a.git?subdir=${commit}`, { kind: 'git', pinned: false }],
  ['git://a.test/a', { kind: 'git', pinned: false }],
  ['ssh://git@a.test/a', { kind: 'git', pinned: false }],
  ['git@a.test:a/b.git', { kind: 'git', pinned: false }],
  ['github.com/a/b', { kind: 'git', pinned: false }],
])('%s on the network or not', (text, expected) => {
  const found = readRemote(text);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(expected);
});

const digest = `sha256:${'b'.repeat(64)}`;

test.each([
  ['/a/docs', { kind: 'folder', path: '/a/docs' }],
  ['docker-image://alpine:3', { kind: 'image', ref: 'alpine:3' }],
  [`oci-layout:///a/layout:1@${digest}`, { kind: 'pinned', as: `oci-layout@${digest}` }],
  [`https://a.test/a.git#${commit}`, { kind: 'pinned', as: `https://a.test/a.git#${commit}` }],
])('a named context: %s', (value, expected) => {
  expect(readContext('docs', value)).toEqual(expected);
});

test.each(['oci-layout:///a:1', 'target:a', 'input:a', 'https://a.test/a.git#main', 'https://a.test/a.tgz'])(
  'a named context that may change: %s',
  (value) => {
    expect(() => readContext('docs', value)).toThrow(Unhashable);
  },
);

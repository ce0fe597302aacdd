import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sourceTree } from '../../../lib/adapters/source-tree/client.ts';
import { CancelledError, TargetError, UnreachableError } from '../../../lib/domain/errors.ts';
import { differingParts } from '../../../lib/domain/source/canonical.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { sourceHash } from '../../../lib/steps/source-hash.ts';
import { digest, hash, hashed, input, inputsFor, registry, store } from './lab.ts';
import type { Change, Hash, Registry } from './lab.ts';
import { dockerignore, git, makeRepository } from './repository.ts';
import type { Place } from './repository.ts';

let [original, before]: [Place?, Hash?] = [];
beforeAll(async () => {
  original = await makeRepository();
  before = await hashed(original);
}, 60_000);
afterAll(() => original?.[Symbol.asyncDispose]());

/** The repository as it was, at another path. */
async function copyOf(place = original): Promise<Place> {
  if (place === undefined) throw new Error('beforeAll failed');
  return place.copy();
}

test('a change gives one hash, whether it is on the disk alone, staged or committed', async () => {
  await using onDisk = await copyOf();
  await onDisk.write('shop/src/main.ts', 'export default 1;\n');
  await onDisk.write('shop/src/new.ts', 'new\n', 0o755);
  await using staged = await copyOf(onDisk);
  await git(staged.shop, 'add', '--all');
  await using committed = await copyOf(onDisk);
  await committed.commit();

  const all = [await hashed(onDisk), await hashed(staged), await hashed(committed)];

  expect(new Set(all.map((each) => each.hash)).size).toBe(1);
  expect(all[0]?.hash).not.toBe(before?.hash);
  expect(all.map(({ dirty }) => dirty)).toEqual([
    ['src/main.ts', 'src/new.ts'],
    ['src/main.ts', 'src/new.ts'],
    [],
  ]);
});

test('says what it is made of', async () => {
  await using place = await copyOf();
  await place.write('shop/vendor/lib/lib.c', 'int two;\n');
  await place.write('shop/generated/api.ts', '');
  await place.write('shop/other.log', '');

  expect(await hash(place)).toEqual({
    kind: 'hash',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    bases: [
      { ref: 'docker.io/docker/dockerfile:1', digest: digest('1') },
      { ref: 'docker.io/library/cache:1', digest: digest('4') },
      { ref: 'docker.io/library/node:24', digest: digest('2') },
      { ref: 'docker.io/library/tools:1', digest: digest('5') },
    ],
    files: 15,
    dirty: ['generated/api.ts', 'vendor/lib/lib.c'],
    notes: [],
    parts: Object.fromEntries(
      [
        'bases',
        'build-args',
        'context',
        'context docs',
        'dockerfile',
        'platforms',
        'secrets',
        'settings',
        'target',
      ].map((name) => [name, expect.stringMatching(/^[0-9a-f]{12}$/)]),
    ),
  });
});

describe('where `.git` is sent', () => {
  const sendsGit = (place: Place): Promise<void> =>
    place.write('shop/.dockerignore', dockerignore.replace('.git', 'x'));

  test('every commit and tag is another source, two checkouts of one commit are not', async () => {
    await using place = await copyOf();
    await sendsGit(place);
    await place.commit();
    const first = await hashed(place);
    await rename(place.shop, join(place.path, 'origin'));
    await git(place.path, 'clone', '--quiet', '--recurse-submodules', 'origin', 'shop');

    expect(await hashed(place)).toEqual(first);
    expect(first.notes).toEqual([expect.stringContaining('`.git` is sent to the build')]);
    await git(place.shop, 'tag', 'v1');
    const tagged = await hashed(place);
    expect(differingParts(first.parts, tagged.parts)).toEqual(['context']);
    await place.commit();
    expect(differingParts(tagged.parts, (await hashed(place)).parts)).toEqual(['context']);
  });

  test('a file that is let out of it counts as any other', async () => {
    await using place = await copyOf();
    await place.write('shop/.dockerignore', `${dockerignore}!.git/HEAD\n`);
    const main = await hashed(place);
    await git(place.shop, 'switch', '--quiet', '--create', 'other');

    expect(differingParts(main.parts, (await hashed(place)).parts)).toEqual(['context']);
  });
});

test('the Dockerfile may lie anywhere', async () => {
  await using place = await copyOf();
  await rename(join(place.shop, 'Dockerfile'), join(place.path, 'Dockerfile.shop'));

  expect((await hashed(place, input({ file: join(place.path, 'Dockerfile.shop') }))).hash).toBe(before?.hash);
});

test('git is not needed', async () => {
  await using place = await copyOf();
  const bare = sourceTree({ spawn: processSpawn({ PATH: '/nowhere' }) });

  expect(await sourceHash(inputsFor(place), { tree: bare, store: store(registry) })).toEqual(before);
});

test('a repository that merely lies there goes by its bytes, its `.git` by its commit, and runs nothing', async () => {
  await using place = await copyOf();
  const ran = join(place.path, 'ran');
  await place.write('shop/other/.gitattributes', '* filter=own\n');
  await place.write('shop/other/file', 'one\n');
  await git(join(place.shop, 'other'), 'init', '--quiet');
  await git(join(place.shop, 'other'), 'add', '--all');
  await place.commit('shop/other');
  await git(join(place.shop, 'other'), 'config', 'filter.own.clean', `tee ${ran}`);
  await place.write('shop/other/file', 'two\n');
  await rm(ran, { force: true });

  const there = await hashed(place);
  expect(existsSync(ran)).toBe(false);
  await place.commit('shop/other');
  const later = await hashed(place);

  expect(there.dirty).toEqual(['other/.gitattributes', 'other/file']);
  expect(differingParts(there.parts, later.parts)).toEqual(['context']);
});

test('a context that is a part of a repository goes by its own paths', async () => {
  await using place = await copyOf();
  const change = input({ context: join(place.shop, 'src'), file: join(place.shop, 'Dockerfile') });
  const clean = await hashed(place, change);
  await cp(join(place.shop, 'src'), join(place.path, 'elsewhere'), { recursive: true });
  const elsewhere = await hashed(place, input({ ...change.inputs, context: join(place.path, 'elsewhere') }));
  await place.write('shop/src/main.ts', 'export default 1;\n');

  expect(elsewhere.hash).toBe(clean.hash);
  expect(clean.dirty).toEqual([]);
  expect(await hashed(place, change)).toMatchObject({
    dirty: ['main.ts'],
    hash: expect.not.stringContaining(clean.hash),
  });
});

describe('no hash, and the reason', () => {
  const gone = { 'docker.io/library/node:24': undefined };
  const rows: readonly (readonly [reason: string, change: Change, dockerfile?: string])[] = [
    ['docker.io/library/node:24 is not in its registry', { registry: gone }],
    [
      'what docker.io/library/node:24 stands for could not be asked: no route',
      { registry: { 'docker.io/library/node:24': new UnreachableError('no route') } },
    ],
    [
      'what docker.io/library/node:24 stands for could not be asked: denied',
      { registry: { 'docker.io/library/node:24': new TargetError('denied', { subject: 'a', remedy: 'b' }) } },
    ],
    ['there is no Dockerfile at /nowhere/Dockerfile', input({ file: '/nowhere/Dockerfile' })],
    ['/nowhere cannot be read (ENOENT)', input({ context: '/nowhere' })],
    [
      'the context is remote, so its Dockerfile is not read here: https://a.test/a.git#main',
      input({ context: 'https://a.test/a.git#main' }),
    ],
    [
      'the build context docs may change under the same URL (name the full commit): https://a.test/a.git',
      input({ buildContexts: { docs: 'https://a.test/a.git' } }),
    ],
    [
      'the build context docs may change under the same URL (check it out as a folder): https://a.test/a.tgz',
      input({ buildContexts: { docs: 'https://a.test/a.tgz' } }),
    ],
    [
      'the build context docs names no digest: oci-layout:///tmp/a:1',
      input({ buildContexts: { docs: 'oci-layout:///tmp/a:1' } }),
    ],
    [
      'the build context docs comes from another build: target:a',
      input({ buildContexts: { docs: 'target:a' } }),
    ],
    ['docker.io/library/docs:latest is not in its registry', input({ buildContexts: {} })],
    [
      'ADD https://a.test/x fetches what may change under the same URL: give it a --checksum',
      {},
      'FROM scratch\nADD https://a.test/x /\n',
    ],
  ];
  test.each(rows.map((row) => [row[0], row] as const))('%s', async (_, [reason, change, text]) => {
    await using place = await copyOf();
    if (text !== undefined) await place.write('shop/Dockerfile', text);

    expect(await hash(place, change)).toEqual({ kind: 'none', reason });
  });

  test('a pattern that BuildKit refuses', async () => {
    await using place = await copyOf();
    await place.write('shop/.dockerignore', 'a[');

    expect(await hash(place)).toEqual({ kind: 'none', reason: 'the ignore pattern `a[` cannot be read' });
  });

  test('a cancelled run is no answer', async () => {
    await using place = await copyOf();

    await expect(
      hash(place, { registry: { 'docker.io/library/node:24': new CancelledError() } }),
    ).rejects.toThrow(CancelledError);
    const aborted = sourceTree({ spawn: processSpawn(process.env), signal: AbortSignal.abort() });
    await expect(sourceHash(inputsFor(place), { tree: aborted, store: store(registry) })).rejects.toThrow(
      CancelledError,
    );
  });
});

describe('named contexts that are not folders', () => {
  const commit = 'c'.repeat(40);
  const of = (docs: string, holds: Registry = {}): Change => ({
    inputs: { buildContexts: { docs } },
    registry: holds,
  });
  const image = { 'a.test/docs:1': digest('7') };

  test.each([
    [
      'an image by its digest',
      of('docker-image://a.test/docs:1', image),
      of('docker-image://a.test/docs:1', { 'a.test/docs:1': digest('8') }),
      ['bases'],
    ],
    [
      'a repository by its commit',
      of(`https://a.test/a.git#${commit}`),
      of(`https://a.test/a.git#${'d'.repeat(40)}`),
      ['contexts by name'],
    ],
    [
      'a layout by its digest',
      of(`oci-layout:///a@${digest('1')}`),
      of(`oci-layout:///a@${digest('2')}`),
      ['contexts by name'],
    ],
  ])('%s', async (_, one, other, parts) => {
    await using place = await copyOf();
    const [first, second] = [await hashed(place, one), await hashed(place, other)];

    expect(differingParts(first.parts, second.parts)).toEqual(parts);
  });
});

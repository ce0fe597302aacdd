/** Against the git on PATH and repositories as they come: whole, shallow, empty, without commits, with odd names. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gitCli } from '../../../lib/adapters/git/client.ts';
import { parseCommit } from '../../../lib/adapters/git/parse.ts';
import type { Git } from '../../../lib/ports/git.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';

const root = mkdtempSync(join(tmpdir(), 'slipway-git-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: root,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-11-26T01:02:03+02:00',
};

/** A repository of this test's own. */
class Scratch {
  readonly folder: string;

  constructor(name: string) {
    this.folder = join(root, name);
    mkdirSync(this.folder);
    this.git('init', '--quiet', '--initial-branch', 'main');
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', ['-C', this.folder, ...args], { env, encoding: 'utf8' }).trim();
  }

  commit(...files: readonly string[]): string {
    for (const file of files) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      writeFileSync(join(this.folder, file), `${file} ${Math.random()}`);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', 'x');
    return this.git('rev-parse', 'HEAD');
  }
}

const clientOf = (folder: string, extra: Record<string, string> = {}): Git =>
  gitCli({ spawn: processSpawn({ ...env, ...extra }), folder });

let shop: Scratch;
let git: Git;
let [first, second, third, aside] = ['', '', '', ''];

beforeAll(() => {
  shop = new Scratch('shop');
  first = shop.commit('a', 'old-name');
  shop.git('tag', 'v1.0.0');
  shop.git('checkout', '--quiet', '-b', 'side');
  aside = shop.commit('b');
  shop.git('tag', '--annotate', '--message', 'x', 'v9.0.0');
  shop.git('checkout', '--quiet', 'main');
  second = shop.commit('services/cart/x', 'with space', 'üñï', 'line\nbreak', '-dash');
  shop.git('tag', '--annotate', '--message', 'x', 'v1.1.0');
  shop.git('mv', 'old-name', 'new-name');
  third = shop.commit();
  git = clientOf(shop.folder);
});

test('the commit that is checked out, with the date of the commit in UTC', async () => {
  expect(await git.head()).toEqual({ sha: third, date: '2026-11-25T23:02:03.000Z' });
});

test('a name stands for its commit, an annotated tag for the one that it is of', async () => {
  expect((await git.commit('v1.1.0'))?.sha).toBe(second);
  expect((await git.commit('refs/tags/v1.0.0'))?.sha).toBe(first);
  expect((await git.commit('side'))?.sha).toBe(aside);
  expect((await git.commit(`${third}^1`))?.sha).toBe(second);
});

test.each(['f'.repeat(40), 'no-such-branch', 'HEAD^2', '--output=x', 'v1.0.0^{tree}', 'a b', ''])(
  'what is not there is undefined: %j',
  async (name) => {
    expect(await git.commit(name)).toBeUndefined();
  },
);

test('changed files, by every name that a file may have; of a renamed one both', async () => {
  const files = await git.changedFiles(first, third);
  expect([...files].sort()).toEqual(
    ['services/cart/x', 'with space', 'üñï', 'line\nbreak', '-dash', 'old-name', 'new-name'].sort(),
  );
  expect(await git.changedFiles(third, third)).toEqual([]);
});

test('where two branches parted', async () => {
  expect(await git.mergeBase('side', third)).toBe(first);
  expect(await git.mergeBase('f'.repeat(40), third)).toBeUndefined();
});

test('two histories that never met', async () => {
  const lone = new Scratch('lone');
  lone.commit('a');
  lone.git('checkout', '--quiet', '--orphan', 'other');
  lone.commit('b');
  expect(await clientOf(lone.folder).mergeBase('main', 'other')).toBeUndefined();
});

test('the tags of a history are not those of another branch', async () => {
  expect(await git.tagsIn(third)).toEqual(['v1.0.0', 'v1.1.0']);
  expect(await git.isShallow()).toBe(false);
});

test('a shallow clone knows that it is one, and what it lacks', async () => {
  const folder = join(root, 'shallow');
  shop.git('clone', '--quiet', '--depth', '1', `file://${shop.folder}`, folder);
  const shallow = clientOf(folder);
  expect(await shallow.isShallow()).toBe(true);
  expect((await shallow.head())?.sha).toBe(third);
  expect(await shallow.commit(second)).toBeUndefined();
  expect(await shallow.commit(`${third}^1`)).toBeUndefined();
  expect(await shallow.mergeBase(second, third)).toBeUndefined();
  expect(await shallow.tagsIn(third)).toEqual([]);
});

test('a clone without blobs has all that is asked', async () => {
  const folder = join(root, 'blobless');
  shop.git('config', 'uploadpack.allowFilter', 'true');
  shop.git('clone', '--quiet', '--bare', '--filter', 'blob:none', `file://${shop.folder}`, folder);
  expect(await clientOf(folder).changedFiles(second, third)).toEqual(['new-name', 'old-name']);
});

test('no checkout, no commit yet, no such folder, no git: there is no head', async () => {
  const empty = new Scratch('empty');
  mkdirSync(join(root, 'plain'));
  expect(await clientOf(empty.folder).head()).toBeUndefined();
  expect(await clientOf(join(root, 'plain')).head()).toBeUndefined();
  expect(await clientOf(join(root, 'gone')).head()).toBeUndefined();
  expect(await clientOf(shop.folder, { PATH: root }).head()).toBeUndefined();
});

test('a folder below the root will do, and what the environment says of another repository is not heard', async () => {
  const below = clientOf(join(shop.folder, 'services'), { GIT_DIR: '/nowhere', LANG: 'de_DE.UTF-8' });
  expect((await below.head())?.sha).toBe(third);
  expect(await below.changedFiles(second, third)).toEqual(['new-name', 'old-name']);
});

/** In a container job the checkout belongs to the host's user. Only root can make such a folder here. */
const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot('a folder that belongs to somebody else is read all the same', async () => {
  const folder = join(root, 'foreign');
  shop.git('clone', '--quiet', `file://${shop.folder}`, folder);
  execFileSync('chown', ['-R', '12345', folder]);
  expect(() => execFileSync('git', ['-C', folder, 'log', '-1'], { env, stdio: 'pipe' })).toThrow(
    'dubious ownership',
  );
  const foreign = clientOf(folder);
  expect((await foreign.head())?.sha).toBe(third);
  expect(await foreign.tagsIn(third)).toEqual(['v1.0.0', 'v1.1.0']);
});

test('what is no answer of git is none', () => {
  expect(parseCommit('warning: x')).toBeUndefined();
});

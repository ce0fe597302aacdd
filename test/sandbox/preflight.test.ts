import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sandboxCommand } from './command.ts';

let folder: string;
let bare: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-bare-'));
  await mkdir(join(folder, 'bin'));
  // Nothing to find, to install with, or to build with; and a cache that would show what was built.
  bare = {
    PATH: join(folder, 'bin'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    SLIPWAY_SANDBOX_DIR: join(folder, 'state'),
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what the machine lacks is said in one list, each with its remedy, before anything is built', async () => {
  const { code, stderr } = await sandboxCommand(['up'], bare).ended;

  expect(code).toBe(1);
  // On Debian, after it has tried to install what it can: progress stands before it.
  const [headline = '', ...lines] = stderr.slice(stderr.indexOf('sandbox:')).trim().split('\n');
  expect(headline).toMatch(/^sandbox: this machine lacks (\d+) of what it needs$/);
  expect(lines).toHaveLength(Number(/\d+/.exec(headline)?.[0]));
  for (const line of [
    / {2}containerd +apt-get install containerd/,
    / {2}go +install Go/,
    / {2}namespaces \(.*\) +in a container, start it with --privileged.*SLIPWAY_KUBECONFIG/,
  ])
    expect(lines).toContainEqual(expect.stringMatching(line));
  expect(existsSync(join(folder, 'cache'))).toBe(false);
  expect(await readdir(join(folder, 'state'))).toEqual([]);
});

test('a place for it that it would cover itself is refused, before anything is made there', async () => {
  const state = '/run/slipway-never';
  const { code, stderr } = await sandboxCommand(['up'], { ...bare, SLIPWAY_SANDBOX_DIR: state }).ended;
  expect(code).toBe(1);
  expect(stderr).toContain(`a state directory elsewhere than ${state}`);
  expect(stderr).toContain('SLIPWAY_SANDBOX_DIR');
  expect(existsSync(state)).toBe(false);
});

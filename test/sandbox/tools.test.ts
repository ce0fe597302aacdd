import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sandboxCommand } from './command.ts';

// Go would look below XDG_CACHE_HOME and compile its own library again.
const goCache = execFileSync('go', ['env', 'GOCACHE'], { encoding: 'utf8' }).trim();
let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'slipway-tools-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const build = () => sandboxCommand(['tools', 'pause'], { XDG_CACHE_HOME: cache, GOCACHE: goCache });
const kept = () => readdir(join(cache, 'slipway', 'tools'));

test('two commands at once build a tool once', async () => {
  const [first, second] = await Promise.all([build().ended, build().ended]);

  expect(first).toMatchObject({ code: 0, stdout: second.stdout });
  expect(existsSync(first.stdout.trim())).toBe(true);
  expect(`${first.stderr}${second.stderr}`.match(/done in/g)).toHaveLength(1);
  expect(await kept()).toHaveLength(1);
});

test('a killed build leaves nothing that looks finished, and the next one cleans up', async () => {
  const killed = build();
  while ((await kept().catch(() => [])).length === 0) await sleep(5);
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(await kept()).toEqual([expect.stringContaining('.unfinished-')]);

  const { code, stdout } = await build().ended;

  expect(code).toBe(0);
  expect(existsSync(stdout.trim())).toBe(true);
  expect(await kept()).toEqual([expect.not.stringContaining('.unfinished-')]);
});

test('an unknown tool is refused with the known ones', async () => {
  expect(await sandboxCommand(['tools', 'helm5']).ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('helm3 helm4'),
  });
});

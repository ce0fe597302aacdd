import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workspaceLook } from '../../../lib/adapters/buildx/workspace.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-workspace-'));
  await mkdir(join(home, 'work/app'), { recursive: true });
  await mkdir(join(home, 'work-2'));
  await writeFile(join(home, 'work/Dockerfile'), '');
  await symlink('../work-2', join(home, 'work/out'));
  await symlink('app', join(home, 'work/in'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

test.each([
  ['.', 'folder', true],
  ['app', 'folder', true],
  ['Dockerfile', 'file', true],
  ['nowhere', 'nothing', true],
  ['../work-2', 'folder', false],
  ['../nowhere', 'nothing', false],
  ['app/../..', 'folder', false],
  ['out', 'folder', false],
  ['in', 'folder', true],
  ['/', 'folder', false],
])('%s is a %s, inside: %s', (path, kind, inside) => {
  expect(workspaceLook(join(home, 'work'))(path)).toEqual({ kind, inside });
});

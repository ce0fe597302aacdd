/** kubectl as a step calls it, with the real one in the real cluster. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStep } from '../../lib/runtime/step.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { stepTempDir } from '../../lib/runtime/tempdir.ts';
import { connectDatabase } from '../../lib/wiring/database.ts';
import { sandboxEnv } from '../../sandbox/client.ts';
import { ensureTools } from '../../sandbox/tools.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-kubectl-test-'));
  path = `${dirname((await ensureTools(['kubectl'])).kubectl)}:${process.env['PATH'] ?? ''}`;
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Of a step on a runner without a home. */
async function context(): Promise<Context> {
  const state = join(folder, 'state');
  await writeFile(state, '');
  const env = { PATH: path, RUNNER_TEMP: folder, GITHUB_STATE: state };
  const host = {
    env,
    platform: 'linux',
    arch: 'x64',
    node: '24',
    write: () => undefined,
    exit: async () => undefined,
  };
  return openStep({ name: 'test' }, host, stepTempDir).context;
}

test('without a home kubectl leaves nothing in the folder that it runs in', async () => {
  const { spawn, temp } = await context();
  const cwd = join(folder, 'checkout');
  await mkdir(cwd);
  const env = { KUBECONFIG: sandboxEnv().kubeconfig };
  const { status, stderr } = await spawn({
    argv: ['kubectl', 'get', 'pods', '--namespace', 'default'],
    cwd,
    env,
  });
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  expect(await readdir(cwd)).toEqual([]);
  expect(await readdir(temp.path)).toContain('kube-cache');
}, 60_000);

test('KUBECONFIG may name several files, of which some are not there', async () => {
  const list = `${folder}/nothing:${sandboxEnv().kubeconfig}`;
  const place = {
    kind: 'kubernetes',
    namespace: 'default',
    pod: { selector: 'app=slipway-nobody' },
  } as const;
  const locator = { engine: 'postgresql', place, database: 'shop' } as const;
  const connected = connectDatabase(locator, await context(), { kind: 'file', path: list });
  // The cluster was asked, and knows no such pod.
  await expect(connected).rejects.toThrow(/no .*pod.*app=slipway-nobody|app=slipway-nobody/);
}, 60_000);

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sandboxEnv } from '../../sandbox/client.ts';
import { layout, pauseImage } from '../../sandbox/layout.ts';
import { readReport } from '../../sandbox/running.ts';
import { findTool } from '../../sandbox/tools.ts';
import { sandboxCommand } from './command.ts';
import { namespacesInside, processesIn, traces } from './machine.ts';

// A sandbox of its own beside the one that the other tests use.
let env: { SLIPWAY_SANDBOX_DIR: string };

beforeAll(async () => {
  env = { SLIPWAY_SANDBOX_DIR: await mkdtemp(join(tmpdir(), 'slipway-isolation-')) };
});

afterAll(async () => {
  await sandboxCommand(['down'], env).ended;
  await rm(env.SLIPWAY_SANDBOX_DIR, { recursive: true, force: true });
});

const report = () => readReport(layout(env.SLIPWAY_SANDBOX_DIR));

test('two ups at once make one sandbox, and a kill -9 of it leaves nothing on the machine', async () => {
  const before = traces();

  const ups = [sandboxCommand(['up'], env), sandboxCommand(['up'], env)];
  const ended = await Promise.all(ups.map((up) => up.ended));

  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  const output = ended.map(({ stderr }) => stderr).join('');
  const starts = [...output.matchAll(/is up, (\d+\.\d) s after its start/g)];
  expect(starts).toHaveLength(1);
  // To a Ready node, once the tools are built.
  expect(Number(starts[0]?.[1])).toBeLessThan(25);
  expect(output).toContain('waiting for process');

  await runPod();
  const { pid, init, cgroups } = report()!;
  const namespaces = namespacesInside(init);
  expect(processesIn(namespaces).length).toBeGreaterThan(8);

  process.kill(pid, 'SIGKILL');
  await until(() => processesIn(namespaces).length === 0);

  expect(await sandboxCommand(['status'], env).ended).toMatchObject({ code: 1 });
  expect(await sandboxCommand(['down'], env).ended).toMatchObject({ code: 0 });
  expect(cgroups.filter((directory) => existsSync(directory))).toEqual([]);
  expect(traces()).toEqual(before);
}, 60_000);

test('down leaves nothing on the machine, and again is fine', async () => {
  const before = traces();
  expect(await sandboxCommand(['up'], env).ended).toMatchObject({ code: 0 });
  await runPod();
  const { init, cgroups } = report()!;
  const namespaces = namespacesInside(init);

  const down = await sandboxCommand(['down'], env).ended;
  const again = await sandboxCommand(['down'], env).ended;

  expect(down).toMatchObject({ code: 0, stderr: expect.stringContaining('is down') });
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('was not up') });
  expect(processesIn(namespaces)).toEqual([]);
  expect(cgroups.filter((directory) => existsSync(directory))).toEqual([]);
  expect(traces()).toEqual(before);
}, 60_000);

test('an interrupted up is torn down', async () => {
  const before = traces();
  const up = sandboxCommand(['up'], env);
  await until(() => up.said().includes('etcd'));
  const namespaces = namespacesInside(report()!.init);

  up.child.kill('SIGINT');

  expect((await up.ended).code).toBe(130);
  expect(processesIn(namespaces)).toEqual([]);
  expect(report()).toBeUndefined();
  expect(traces()).toEqual(before);
}, 30_000);

/** A pod, so that there are a container, its namespaces and its wire to clean up. */
async function runPod(): Promise<void> {
  const kubectl = (await findTool('kubectl')) ?? '';
  const { kubeconfig } = sandboxEnv(env);
  const ask = (...args: string[]) => execFileSync(kubectl, ['--kubeconfig', kubeconfig, ...args]);
  ask('run', 'held', `--image=${pauseImage}`, '--image-pull-policy=Never');
  ask('wait', 'pod/held', '--for=condition=Ready', '--timeout=30s');
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !holds(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`never: ${holds.toString()}`);
  }
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sandboxEnv } from '../../sandbox/client.ts';
import { sandboxCommand } from './command.ts';

// The cluster of the other tests plays one that the user brings.
const ours = sandboxEnv();
const own = {
  SLIPWAY_KUBECONFIG: ours.kubeconfig,
  SLIPWAY_REGISTRY: ours.registry,
  SLIPWAY_NODE_PORTS: `${ours.nodePorts[0]}-${ours.nodePorts.at(-1)}`,
};
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-own-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('up asks whether it is ready, and builds no sandbox', async () => {
  const elsewhere = join(folder, 'state');
  const up = await sandboxCommand(['up'], { ...own, SLIPWAY_SANDBOX_DIR: elsewhere }).ended;
  expect(up).toMatchObject({ code: 0, stderr: expect.stringContaining(`${ours.kubeconfig} answers`) });
  expect(() => readFileSync(elsewhere)).toThrow('ENOENT');
});

test('env names it, and tests find in it what they find in ours', async () => {
  const { stdout } = await sandboxCommand(['env'], own).ended;
  expect(stdout).toContain(`export KUBECONFIG='${ours.kubeconfig}'`);
  expect(stdout).toContain(`export SLIPWAY_REGISTRY='${ours.registry}'`);
  const { kubeconfig, apiUrl, ca, adminToken, registry, nodePorts } = ours;
  expect(sandboxEnv(own)).toMatchObject({ kubeconfig, apiUrl, ca, adminToken, registry, nodePorts });
});

test.each([['status'], ['down'], ['exec', 'true']])('it is not ours to look into: %s', async (...args) => {
  expect(await sandboxCommand(args, own).ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('SLIPWAY_KUBECONFIG is set'),
  });
});

test('one that does not answer is said, with what it says', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  const kubeconfig = join(folder, 'gone');
  const text = readFileSync(ours.kubeconfig, 'utf8');
  await writeFile(kubeconfig, text.replaceAll(ours.apiUrl, `https://127.0.0.1:${port}`));

  const up = await sandboxCommand(['up'], { ...own, SLIPWAY_KUBECONFIG: kubeconfig }).ended;

  expect(up).toMatchObject({ code: 1, stderr: expect.stringMatching(/does not answer\n.*gone\n.*refused/) });
});

test('what tests need beside it is named', () => {
  expect(() => sandboxEnv({ SLIPWAY_KUBECONFIG: ours.kubeconfig })).toThrow(
    'SLIPWAY_KUBECONFIG needs SLIPWAY_NODE_PORTS',
  );
});

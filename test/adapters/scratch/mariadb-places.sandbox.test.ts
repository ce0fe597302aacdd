/** MariaDB in a container of a real Docker engine, and in a pod of the real cluster. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { containerScratch } from '../../../lib/adapters/scratch/container.ts';
import { podScratch } from '../../../lib/adapters/scratch/pod.ts';
import type { ScratchOrder, ScratchServers } from '../../../lib/ports/scratch.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import type { Sandbox } from '../../../sandbox/client.ts';
import { loadMariaDbImage, pushMariaDbImage } from '../../../sandbox/databases/image-mariadb.ts';
import { startMariaDb } from '../../../sandbox/databases/mariadb.ts';
import type { MariaDb } from '../../../sandbox/databases/mariadb.ts';
import { startDocker } from '../../../sandbox/images/docker.ts';
import { until } from '../../sandbox-parts/running.ts';
import { dockerAt } from '../../support/databases/container.ts';
import { kubectlIn, pathWithKubectl } from '../../support/databases/pod.ts';
import type { InCluster } from '../../support/databases/pod.ts';
import { proven } from './proven.ts';
import { dumped, mariaDbShop, orderOf, scratchPorts } from './support.ts';
import type { Dumped } from './support.ts';

const namespace = 'slipway-test-scratch-mariadb';
let sandbox: Sandbox;
let source: MariaDb;
let dump: Dumped;
let order: ScratchOrder;
let folder: string;
let env: InCluster['env'];
beforeAll(async () => {
  sandbox = sandboxEnv();
  folder = await mkdtemp(join(tmpdir(), 'slipway-scratch-test-'));
  env = { PATH: await pathWithKubectl(), HOME: folder };
  source = await startMariaDb();
  const database = await mariaDbShop(source, { seed: 15, rows: 5_000 }, scratchPorts(folder, env));
  dump = await dumped(database);
  order = await orderOf(database);
}, 600_000);
afterAll(async () => {
  await source.stop();
  await rm(folder, { recursive: true, force: true });
});

async function provenIn(servers: ScratchServers, described: RegExp): Promise<void> {
  await servers.preflight(order);
  const scratch = await servers.start(order);
  try {
    expect(scratch.described).toMatch(described);
    await proven(dump, scratch.database);
  } finally {
    await scratch.stop();
  }
}

test('in a container: a dump is restored, compared, and nothing is left', async () => {
  const docker = await startDocker();
  try {
    const image = await loadMariaDbImage(docker.address);
    const within = { ...env, DOCKER_HOST: docker.address };
    const servers = containerScratch({ kind: 'container', image }, scratchPorts(folder, within));
    await provenIn(servers, /^container slipway-scratch-[0-9a-f]{8} \(MariaDB 10\.11\)$/);
    expect(await dockerAt(docker.address)('ps', '--all', '--quiet')).toBe('');
  } finally {
    await docker.stop();
  }
}, 300_000);

test('in a pod: a dump is restored, compared, and nothing is left', async () => {
  const kubectl = kubectlIn({ kubeconfig: sandbox.kubeconfig, namespace, env });
  const image = await pushMariaDbImage(sandbox.registry);
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait');
  await kubectl('create', 'namespace', namespace);
  try {
    const ports = { ...scratchPorts(folder, env), kubeconfig: { path: sandbox.kubeconfig } };
    const servers = podScratch({ kind: 'pod', namespace, image }, ports);
    await provenIn(
      servers,
      /^pod slipway-test-scratch-mariadb\/slipway-scratch-[0-9a-f]{8} \(MariaDB 10\.11\)$/,
    );
    const left = (): Promise<string> => kubectl('get', 'pods', '--output', 'name');
    await until('no pod is left', async () => (await left()) === '', 60_000);
  } finally {
    await kubectl('delete', 'namespace', namespace, '--wait=false');
  }
}, 300_000);

/** MariaDB in a container of a real Docker engine, and in a pod of the real cluster. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectMysql } from '../../../lib/adapters/mysql/connect.ts';
import { containerScratch } from '../../../lib/adapters/scratch/container.ts';
import { podScratch } from '../../../lib/adapters/scratch/pod.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import type { ScratchOrder, ScratchServers } from '../../../lib/ports/scratch.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import type { Sandbox } from '../../../sandbox/client.ts';
import { loadMariaDbImage, pushMariaDbImage } from '../../../sandbox/databases/image-mariadb.ts';
import { startMariaDb } from '../../../sandbox/databases/mariadb.ts';
import type { MariaDb } from '../../../sandbox/databases/mariadb.ts';
import { shopSql } from '../../../sandbox/databases/shop-mariadb.ts';
import { startDocker } from '../../../sandbox/images/docker.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { until } from '../../sandbox-parts/running.ts';
import { chunksOf } from '../../support/bytes.ts';
import { dumped, orderOf, scratchPorts } from './support.ts';
import type { Dumped, Env } from './support.ts';

const namespace = 'slipway-test-scratch-mariadb';
let sandbox: Sandbox;
let source: MariaDb;
let dump: Dumped;
let order: ScratchOrder;
let folder: string;
let env: Env;
beforeAll(async () => {
  sandbox = sandboxEnv();
  folder = await mkdtemp(join(tmpdir(), 'slipway-scratch-test-'));
  const kubectlFolder = dirname((await ensureTools(['kubectl'])).kubectl);
  env = { PATH: `${kubectlFolder}:${process.env['PATH'] ?? ''}`, HOME: folder };
  source = await startMariaDb();
  await source.sql('', 'CREATE DATABASE shop');
  await source.sql('shop', shopSql({ seed: 15, rows: 5_000 }));
  const place = { kind: 'url', host: '127.0.0.1', port: source.port, sslMode: 'prefer' } as const;
  const { password } = source;
  const locator = { engine: 'mariadb', place, database: 'shop', user: 'shop', password } as const;
  const database = await connectMysql(locator, scratchPorts(folder, env));
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
    await scratch.database.restore(chunksOf(dump.bytes), { oneTransaction: false, owners: false });
    const found = await scratch.database.contents('rows');
    expect(fingerprintDifferences(dump.contents.fingerprint, found.fingerprint)).toEqual([]);
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
    const { stdout } = await promisify(execFile)('docker', ['ps', '--all', '--quiet'], {
      env: { ...process.env, ...within },
    });
    expect(stdout).toBe('');
  } finally {
    await docker.stop();
  }
}, 300_000);

test('in a pod: a dump is restored, compared, and nothing is left', async () => {
  const kubectl = async (...args: string[]): Promise<string> =>
    (
      await promisify(execFile)('kubectl', ['--kubeconfig', sandbox.kubeconfig, ...args], {
        env: { ...env },
      })
    ).stdout.trim();
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
    const left = (): Promise<string> => kubectl('get', 'pods', '--namespace', namespace, '--output', 'name');
    await until('no pod is left', async () => (await left()) === '', 60_000);
  } finally {
    await kubectl('delete', 'namespace', namespace, '--wait=false');
  }
}, 300_000);

/** restore-db where the database is in a pod: by the Role of its README, through kubectl, beside it and as a drill. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { pushPostgresImage } from '../../sandbox/databases/image.ts';
import { shopSql } from '../../sandbox/databases/shop-postgresql.ts';
import { ensureTools } from '../../sandbox/tools.ts';
import { processStreams } from '../../lib/runtime/process-stream.ts';
import { until } from '../sandbox-parts/running.ts';
import { identityIn, minimalRole } from './support/identity.ts';
import { TestNamespace } from './support/namespace.ts';
import { startStep } from './support/step.ts';
import type { Ending, With } from './support/step.ts';

let home: string;
let path: string;
let namespace: TestNamespace;
let kubeconfig: string;
let identity: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-restore-pod-'));
  path = `${dirname((await ensureTools(['kubectl'])).kubectl)}:${process.env['PATH'] ?? ''}`;
  identity = await generateX25519Identity();
  namespace = await TestNamespace.open();
  const image = await pushPostgresImage(namespace.sandbox.registry);
  const containers = [{ name: 'postgres', image }];
  const spec = { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, containers };
  await namespace.create('v1 Pod', 'pg-0', { spec });
  await fill();
  kubeconfig = (await identityIn(namespace, minimalRole('restore-db'))).kubeconfig;
  const done = await step('backup-db', { recipients: await identityToRecipient(identity) });
  if (done.result !== 'success') throw new Error(done.log);
}, 600_000);
afterAll(async () => {
  await namespace[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
}, 240_000);

const administrator = (): string[] => [
  '--kubeconfig',
  namespace.sandbox.kubeconfig,
  '--namespace',
  namespace.name,
];
const inPod = ['exec', '-i', 'pg-0', '--'];

async function kubectl(...args: string[]): Promise<string> {
  const env = { PATH: path };
  return (await promisify(execFile)('kubectl', [...administrator(), ...args], { env })).stdout.trim();
}

async function psql(database: string, sql: string): Promise<string> {
  return kubectl(...inPod, 'psql', '-XqAt', '-U', 'shop', '-d', database, '-c', sql);
}

async function fill(): Promise<void> {
  const answers = (): Promise<boolean> => psql('postgres', 'SELECT 1').then(Boolean, () => false);
  await until('the server answers', answers, 60_000);
  await psql('postgres', 'CREATE DATABASE shop');
  async function* sql(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(shopSql({ seed: 9, rows: 20_000 }));
  }
  const [database, input] = ['shop', sql()];
  const program = ['psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-U', 'shop', '-d', database, '-f', '-'];
  const argv = ['kubectl', ...administrator(), ...inPod, ...program];
  const child = await processStreams({ PATH: path })({ argv, input });
  for await (const _ of child.stdout);
}

async function step(action: string, given: With): Promise<Ending> {
  const kubernetes = { namespace: namespace.name, pod: 'pg-0' };
  const place = { engine: 'postgresql', kubernetes, database: 'shop', kubeconfig };
  const inputs = { ...place, destination: `file:${home}/backups`, ...given };
  const surroundings = { env: { PATH: path, HOME: home }, secrets: [identity], commands: '' };
  return (await startStep({ action, inputs, ...surroundings })).ended;
}

const pods = (): Promise<string> => kubectl('get', 'pods', '--output=name');

test('beside, in the pod of the live one', async () => {
  const ended = await step('restore-db', { mode: 'beside', name: 'shop_old', identity });
  expect(ended.result === 'success' ? '' : ended.log).toBe('');
  expect(await psql('shop_old', 'SELECT count(*) FROM shop.orders')).toBe('20000');
}, 240_000);

test('a drill in a pod beside it, which is gone afterwards', async () => {
  const ended = await step('restore-db', { mode: 'drill', identity, globals: 'true', rto: '5m', rpo: '1h' });
  expect(ended.result === 'success' ? '' : ended.log).toBe('');
  const evidence = JSON.parse(ended.evidence) as { into: string; rpo: { unknown: string[] } };
  expect([evidence.into, evidence.rpo.unknown]).toEqual([
    expect.stringContaining(`pod ${namespace.name}/`),
    ['the server archives nothing between two backups'],
  ]);
  await until('the scratch pod is gone', async () => (await pods()) === 'pod/pg-0', 60_000);
}, 240_000);

/** restore-db where the database is in a pod: by the Role of its README, through kubectl, beside it and as a drill. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { postgresql } from '../support/databases/engines.ts';
import { pathWithKubectl, serverInPod } from '../support/databases/pod.ts';
import type { ServerInPod } from '../support/databases/pod.ts';
import { until } from '../sandbox-parts/running.ts';
import { identityIn, minimalRole } from './support/identity.ts';
import { TestNamespace } from './support/namespace.ts';
import { startStep } from './support/step.ts';
import type { Ending, With } from './support/step.ts';

let home: string;
let path: string;
let namespace: TestNamespace;
let server: ServerInPod;
let kubeconfig: string;
let identity: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-restore-pod-'));
  path = await pathWithKubectl();
  identity = await generateX25519Identity();
  namespace = await TestNamespace.open();
  const { sandbox, name } = namespace;
  const where = { kubeconfig: sandbox.kubeconfig, registry: sandbox.registry, namespace: name };
  server = await serverInPod(postgresql, { ...where, env: { PATH: path, HOME: home }, pod: 'pg-0' });
  await server.makeShop({ seed: 9, rows: 20_000 });
  kubeconfig = (await identityIn(namespace, minimalRole('restore-db'))).kubeconfig;
  const done = await step('backup-db', { recipients: await identityToRecipient(identity) });
  if (done.result !== 'success') throw new Error(done.log);
}, 600_000);
afterAll(async () => {
  await namespace[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
}, 240_000);

async function step(action: string, given: With): Promise<Ending> {
  const kubernetes = { namespace: namespace.name, pod: 'pg-0' };
  const place = { engine: 'postgresql', kubernetes, database: 'shop', kubeconfig };
  const inputs = { ...place, destination: `file:${home}/backups`, ...given };
  const surroundings = { env: { PATH: path, HOME: home }, secrets: [identity], commands: '' };
  return (await startStep({ action, inputs, ...surroundings })).ended;
}

const pods = (): Promise<string> => server.kubectl('get', 'pods', '--output=name');

test('beside, in the pod of the live one', async () => {
  const ended = await step('restore-db', { mode: 'beside', name: 'shop_old', identity });
  expect(ended.result === 'success' ? '' : ended.log).toBe('');
  expect(await server.sql('shop_old', 'SELECT count(*) FROM shop.orders')).toBe('20000');
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

/** With the real kubectl, in the real cluster. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { podScratch } from '../../../lib/adapters/scratch/pod.ts';
import type { KubernetesPlace } from '../../../lib/domain/database/locator.ts';
import type { PodScratch } from '../../../lib/domain/database/scratch-place.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { ScratchServers } from '../../../lib/ports/scratch.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import type { Sandbox } from '../../../sandbox/client.ts';
import { pushPostgresImage } from '../../../sandbox/databases/image.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { until } from '../../sandbox-parts/running.ts';
import { hold } from './hold.ts';
import { proven } from './proven.ts';
import { chunksOf, dumped, order, scratchPorts, sourceAt, version } from './support.ts';
import type { Dumped } from './support.ts';

const namespace = 'slipway-test-scratch';
const small = { ...order, bytes: 1_000_000 };
const like: KubernetesPlace = { kind: 'kubernetes', namespace, pod: { selector: 'run=pg-0' } };
let sandbox: Sandbox;
let env: Record<string, string>;
let source: Postgres;
let dump: Dumped;
let folder: string;
beforeAll(async () => {
  sandbox = sandboxEnv();
  folder = await mkdtemp(join(tmpdir(), 'slipway-scratch-test-'));
  const kubectlFolder = dirname((await ensureTools(['kubectl'])).kubectl);
  // kubectl keeps a cache there, else in the folder that it runs in.
  env = { PATH: `${kubectlFolder}:${process.env['PATH'] ?? ''}`, HOME: folder };
  source = await startPostgres();
  await source.sql('postgres', 'CREATE DATABASE shop');
  await source.sql('shop', shopSql({ seed: 13, rows: 5_000 }));
  dump = await dumped(await sourceAt(source, scratchPorts(folder, env)));
  const image = await pushPostgresImage(sandbox.registry);
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait');
  await kubectl('create', 'namespace', namespace);
  const overrides = { spec: { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false } };
  const flags = [`--image=${image}`, '--restart=Never', `--overrides=${JSON.stringify(overrides)}`];
  await until('the pod is created', () => kubectl('run', 'pg-0', ...flags).then(Boolean, () => false));
  await kubectl('wait', 'pod/pg-0', '--for=condition=Ready', '--timeout=60s');
}, 600_000);
afterAll(async () => {
  await source.stop();
  await kubectl('delete', 'namespace', namespace, '--wait=false');
  await rm(folder, { recursive: true, force: true });
}, 240_000);

const kubectl = async (...args: string[]): Promise<string> =>
  (
    await promisify(execFile)(
      'kubectl',
      ['--kubeconfig', sandbox.kubeconfig, '--namespace', namespace, ...args],
      { env },
    )
  ).stdout.trim();

const servers = (place: Partial<PodScratch> = {}, lifetime?: number): ScratchServers =>
  podScratch(
    { kind: 'pod', namespace, like, ...place },
    { ...scratchPorts(folder, env, lifetime), kubeconfig: { path: sandbox.kubeconfig } },
  );

const left = async (): Promise<string[]> => {
  const names = await kubectl('get', 'pods', '--selector', 'dev.slipway.scratch', '--output', 'name');
  return names.split('\n').filter(Boolean);
};
const noneLeft = (): Promise<void> =>
  until('no pod is left', async () => (await left()).length === 0, 60_000);

test('a dump is restored in the image of the database’s own pod, and nothing is left', async () => {
  const made = servers();
  await made.preflight(small);
  await noneLeft();
  const scratch = await made.start(small);
  try {
    expect(scratch.described).toMatch(
      /^pod slipway-test-scratch\/slipway-scratch-[0-9a-f]{8} \(PostgreSQL 15\.\d+\)$/,
    );
    await proven(dump, scratch.database);
  } finally {
    await scratch.stop();
  }
  await noneLeft();
}, 120_000);

test('what cannot be is refused first, in the cluster’s own words', async () => {
  const older = servers().preflight({ ...small, version: version(99) });
  await expect(older).rejects.toThrow(TargetError);
  await expect(older).rejects.toThrow('newer than PostgreSQL 15');
  const large = servers().preflight({ ...small, bytes: 1e15 });
  await expect(large).rejects.toThrow(/no node takes the scratch pod: .*[Ii]nsufficient ephemeral-storage/);
  const nowhere = servers({ image: `${sandbox.registry}/slipway/nothing:1` }).preflight(small);
  await expect(nowhere).rejects.toThrow(/the scratch pod cannot run: (ImagePullBackOff|ErrImagePull)/);
  await expect(servers({ namespace: 'slipway-test-nowhere' }).preflight(small)).rejects.toThrow(
    'namespaces "slipway-test-nowhere" not found',
  );
  await noneLeft();
}, 180_000);

test('a pod that is deleted or evicted in the middle is named as the cause', async () => {
  const deleted = await servers().start(small);
  await kubectl('delete', ...(await left()), '--wait', '--grace-period=1');
  const restored = deleted.database.restore(chunksOf(dump.bytes), { oneTransaction: true, owners: false });
  await expect(restored).rejects.toThrow('the scratch pod was deleted');
  await deleted.stop();
  // More than its share of the node's disk: the kubelet looks every ten seconds.
  const full = await servers({ storage: 60 * 1024 * 1024 }).start(small);
  const [pod = ''] = await left();
  await kubectl('exec', pod, '--', 'sh', '-c', 'head -c 100000000 /dev/zero >/slipway/much');
  await until(
    'it is evicted',
    async () => (await kubectl('get', pod, '--output', 'jsonpath={.status.phase}')) === 'Failed',
    90_000,
  );
  await expect(full.database.occupants()).rejects.toThrow(/the scratch pod was evicted: .*(exceeds|limit)/);
  await full.stop();
  await noneLeft();
}, 240_000);

test('its time is over, also when nobody is left to remove it; a sweep removes those, and no others', async () => {
  const { holder } = await hold({
    folder,
    place: { kind: 'pod', namespace, like },
    lifetime: 12_000,
    kubeconfig: sandbox.kubeconfig,
  });
  holder.kill('SIGKILL');
  const [dying = ''] = await left();
  const living = await servers().start(small);
  try {
    let swept: readonly string[] = [];
    await until('it is swept', async () => (swept = await servers().sweep()).length > 0, 60_000);
    expect(swept).toEqual([dying.replace('pod/', `pod ${namespace}/`)]);
    await until('it is gone', async () => !(await left()).includes(dying), 60_000);
    expect(await living.database.occupants()).toEqual([]);
  } finally {
    await living.stop();
  }
  await noneLeft();
}, 180_000);

test('in a namespace with restricted Pod Security it runs as the database does, and root is refused', async () => {
  const strict = `${namespace}-strict`;
  const { stdout: uid } = await promisify(execFile)('id', ['-u', 'postgres']);
  await kubectl('delete', 'namespace', strict, '--ignore-not-found', '--wait');
  await kubectl('create', 'namespace', strict);
  try {
    await kubectl('label', 'namespace', strict, 'pod-security.kubernetes.io/enforce=restricted');
    const asRoot = servers({ namespace: strict }).preflight(small);
    await expect(asRoot).rejects.toThrow(/image will run as root/);
    // Its own program does not matter here: what is taken over is who it runs as.
    const container = {
      name: 'pg-strict',
      image: await kubectl('get', 'pod', 'pg-0', '--output', 'jsonpath={.spec.containers[0].image}'),
      command: ['sleep', '1000'],
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    };
    const securityContext = {
      runAsUser: Number(uid),
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const overrides = {
      spec: { terminationGracePeriodSeconds: 1, securityContext, containers: [container] },
    };
    const flags = [
      `--image=${container.image}`,
      '--restart=Never',
      `--overrides=${JSON.stringify(overrides)}`,
    ];
    await until('the pod is created', () =>
      kubectl('run', 'pg-strict', '--namespace', strict, ...flags).then(Boolean, () => false),
    );
    const own = { ...like, namespace: strict, pod: { name: 'pg-strict' } };
    const scratch = await servers({ namespace: strict, like: own }).start(small);
    try {
      await proven(dump, scratch.database);
    } finally {
      await scratch.stop();
    }
  } finally {
    await kubectl('delete', 'namespace', strict, '--wait=false');
  }
}, 180_000);

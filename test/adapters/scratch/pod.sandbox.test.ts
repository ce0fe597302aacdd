/** With the real kubectl, in the real cluster. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { kubectlIn, pathWithKubectl, runPod } from '../../support/databases/pod.ts';
import type { InCluster, Kubectl } from '../../support/databases/pod.ts';
import { until } from '../../sandbox-parts/running.ts';
import { chunksOf } from '../../support/bytes.ts';
import { hold } from './hold.ts';
import { proven } from './proven.ts';
import { order, scratchPorts, shopDumped, version } from './support.ts';
import type { Dumped } from './support.ts';

const namespace = 'slipway-test-scratch';
const small = { ...order, bytes: 1_000_000 };
const like: KubernetesPlace = { kind: 'kubernetes', namespace, pod: { selector: 'run=pg-0' } };
let sandbox: Sandbox;
let env: InCluster['env'];
let source: Postgres;
let dump: Dumped;
let folder: string;
beforeAll(async () => {
  sandbox = sandboxEnv();
  folder = await mkdtemp(join(tmpdir(), 'slipway-scratch-test-'));
  env = { PATH: await pathWithKubectl(), HOME: folder };
  source = await startPostgres();
  dump = await shopDumped(source, { seed: 13, rows: 5_000 }, scratchPorts(folder, env));
  const image = await pushPostgresImage(sandbox.registry);
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait');
  await kubectl('create', 'namespace', namespace);
  await runPod(kubectl, 'pg-0', { image });
  await kubectl('wait', 'pod/pg-0', '--for=condition=Ready', '--timeout=60s');
}, 600_000);
afterAll(async () => {
  await source.stop();
  await kubectl('delete', 'namespace', namespace, '--wait=false');
  await rm(folder, { recursive: true, force: true });
}, 240_000);

/** To be asked while a test runs, when the sandbox is known. */
const into =
  (where: string): Kubectl =>
  (...args) =>
    kubectlIn({ kubeconfig: sandbox.kubeconfig, namespace: where, env })(...args);
const kubectl = into(namespace);

const servers = (place: Partial<PodScratch> = {}, lifetime?: number): ScratchServers =>
  podScratch(
    { kind: 'pod', namespace, like, ...place },
    { ...scratchPorts(folder, env, lifetime), kubeconfig: { path: sandbox.kubeconfig } },
  );

/** A namespace for the scratch pods of one test. */
async function room(name: string, labels: readonly string[] = []) {
  const own = `${namespace}-${name}`;
  const inside = into(own);
  await kubectl('delete', 'namespace', own, '--ignore-not-found', '--wait');
  await kubectl('create', 'namespace', own);
  if (labels.length > 0) await kubectl('label', 'namespace', own, ...labels);
  const left = async (): Promise<string[]> => {
    const names = await inside('get', 'pods', '--selector', 'dev.slipway.scratch', '--output', 'name');
    return names.split('\n').filter(Boolean);
  };
  return {
    own,
    kubectl: inside,
    servers: (place: Partial<PodScratch> = {}, lifetime?: number) =>
      servers({ namespace: own, ...place }, lifetime),
    left,
    noneLeft: () => until('no pod is left', async () => (await left()).length === 0, 60_000),
    async [Symbol.asyncDispose]() {
      await kubectl('delete', 'namespace', own, '--wait=false');
    },
  };
}

test.concurrent('a dump is restored in the image of the database’s own pod, and nothing is left', async () => {
  await using at = await room('plain');
  const made = at.servers();
  await made.preflight(small);
  await at.noneLeft();
  const scratch = await made.start(small);
  try {
    expect(scratch.described).toMatch(
      /^pod slipway-test-scratch-plain\/slipway-scratch-[0-9a-f]{8} \(PostgreSQL 15\.\d+\)$/,
    );
    await proven(dump, scratch.database);
  } finally {
    await scratch.stop();
  }
  await at.noneLeft();
}, 120_000);

test.concurrent('what cannot be is refused first, in the cluster’s own words', async () => {
  await using at = await room('refused');
  const older = at.servers().preflight({ ...small, version: version(99) });
  await expect(older).rejects.toThrow(TargetError);
  await expect(older).rejects.toThrow('newer than PostgreSQL 15');
  const large = at.servers().preflight({ ...small, bytes: 1e15 });
  await expect(large).rejects.toThrow(/no node takes the scratch pod: .*[Ii]nsufficient ephemeral-storage/);
  const nowhere = at.servers({ image: `${sandbox.registry}/slipway/nothing:1` }).preflight(small);
  await expect(nowhere).rejects.toThrow(/the scratch pod cannot run: (ImagePullBackOff|ErrImagePull)/);
  await expect(at.servers({ namespace: 'slipway-test-nowhere' }).preflight(small)).rejects.toThrow(
    'namespaces "slipway-test-nowhere" not found',
  );
  await at.noneLeft();
}, 180_000);

test.concurrent('a pod that is deleted or evicted in the middle is named as the cause', async () => {
  await using at = await room('gone');
  const deleted = await at.servers().start(small);
  await at.kubectl('delete', ...(await at.left()), '--wait', '--grace-period=1');
  const restored = deleted.database.restore(chunksOf(dump.bytes), { oneTransaction: true, owners: false });
  await expect(restored).rejects.toThrow('the scratch pod was deleted');
  await deleted.stop();
  // More than its share of the node's disk: the kubelet looks every ten seconds.
  const full = await at.servers({ storage: 60 * 1024 * 1024 }).start(small);
  const [pod = ''] = await at.left();
  await at.kubectl('exec', pod, '--', 'sh', '-c', 'head -c 100000000 /dev/zero >/slipway/much');
  await until(
    'it is evicted',
    async () => (await at.kubectl('get', pod, '--output', 'jsonpath={.status.phase}')) === 'Failed',
    90_000,
  );
  await expect(full.database.occupants()).rejects.toThrow(/the scratch pod was evicted: .*(exceeds|limit)/);
  await full.stop();
  await at.noneLeft();
}, 240_000);

test.concurrent('its time is over, also when nobody is left to remove it; a sweep removes those, and no others', async () => {
  await using at = await room('late');
  const { holder } = await hold({
    folder,
    place: { kind: 'pod', namespace: at.own, like },
    lifetime: 12_000,
    kubeconfig: sandbox.kubeconfig,
  });
  holder.kill('SIGKILL');
  const [dying = ''] = await at.left();
  const living = await at.servers().start(small);
  try {
    let swept: readonly string[] = [];
    await until('it is swept', async () => (swept = await at.servers().sweep()).length > 0, 60_000);
    expect(swept).toEqual([dying.replace('pod/', `pod ${at.own}/`)]);
    await until('it is gone', async () => !(await at.left()).includes(dying), 60_000);
    expect(await living.database.occupants()).toEqual([]);
  } finally {
    await living.stop();
  }
  await at.noneLeft();
}, 180_000);

test.concurrent('in a namespace with restricted Pod Security it runs as the database does, and root is refused', async () => {
  await using at = await room('strict', ['pod-security.kubernetes.io/enforce=restricted']);
  const { stdout: uid } = await promisify(execFile)('id', ['-u', 'postgres']);
  await expect(at.servers().preflight(small)).rejects.toThrow(/image will run as root/);
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
  const spec = { securityContext, containers: [container] };
  await runPod(at.kubectl, 'pg-strict', { image: container.image, spec });
  const scratch = await at
    .servers({ like: { ...like, namespace: at.own, pod: { name: 'pg-strict' } } })
    .start(small);
  try {
    await proven(dump, scratch.database);
  } finally {
    await scratch.stop();
  }
}, 180_000);

/** Faults of the platform while a release is waited for. Helm has applied before: only the wait is met. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import { execCredential, execUser, kubeconfigThrough } from '../../sandbox/fault-proxy/kubeconfig.ts';
import type { User } from '../../sandbox/fault-proxy/kubeconfig.ts';
import { startFaultProxy } from '../../sandbox/fault-proxy/proxy.ts';
import type { FaultProxy } from '../../sandbox/fault-proxy/proxy.ts';
import { failedFor, shipped } from './support/expected.ts';
import { release, serviceImage } from './support/release.ts';
import type { Release } from './support/release.ts';
import type { Ending, With } from './support/step.ts';
import { tool } from './support/tools.ts';

/** Kubernetes gives it up in the middle of the fault. */
const doomed = { faults: { FAULT_NEVER_READY: 'true' }, rollout: { progressDeadlineSeconds: 6 } };
/** Ready in the middle of the fault. */
const slow = { faults: { FAULT_SLOW_BOOT: '5s' } };

/** How long after the cause (or after the API was back) the verdict may be there. */
const allowed = 6_000;

interface Scene {
  readonly shop: Release;
  readonly proxy: FaultProxy;
  /** Where the token lies, for whoever reads it from a file. */
  readonly file: string;
}

interface Platform {
  readonly user?: (scene: Scene) => Promise<User>;
  /** What goes wrong. Returns how long nothing can be seen, in milliseconds. */
  readonly strike: (scene: Scene) => Promise<number> | number;
}

const all = { path: '*' } as const;
const reads = { path: '*', method: 'GET', watch: false } as const;

const platforms: Readonly<Record<string, Platform>> = {
  'the API server is gone for 10 s': {
    strike: ({ proxy }) => lasting(proxy, 10_000, { kind: 'refused' }),
  },
  'all connections are silent for 20 s, and the old ones for good': {
    strike: ({ proxy }) => lasting(proxy, 20_000, { kind: 'silent' }),
  },
  'all is answered with 503 for 8 s, but what is open stays open': {
    strike: ({ proxy }) => lasting(proxy, 8_000, { kind: 'status', status: 503 }),
  },
  'etcd was compacted, and lists are answered with 429 and Retry-After': {
    strike: ({ proxy }) => {
      proxy.fail({ ...all, fault: { kind: 'expired' }, times: 3 });
      proxy.fail({
        ...reads,
        fault: { kind: 'status', status: 429, retryAfterSeconds: 2 },
        milliseconds: 7_000,
      });
      return 7_000;
    },
  },
  'answers are slow, and the clock of the server is an hour behind': {
    strike: ({ proxy }) => {
      proxy.fail({ ...reads, fault: { kind: 'skewed', milliseconds: -3_600_000 }, times: 2 });
      proxy.fail({ ...all, fault: { kind: 'slow', milliseconds: 1_500, chunkMilliseconds: 500 }, times: 0 });
      return 0;
    },
  },
  'the token expires, and its file has the next one 2 s later': {
    user: async ({ shop, file }) => {
      await writeFile(file, shop.identity.token, { mode: 0o600 });
      return { tokenFile: file };
    },
    strike: (scene) => expiring(scene, (token) => token),
  },
  'the token expires, and a plugin gives the next one 2 s later': {
    user: async ({ shop, file }) => {
      await writeFile(file, execCredential(shop.identity.token), { mode: 0o600 });
      return execUser(file);
    },
    strike: (scene) => expiring(scene, execCredential),
  },
};

function lasting(
  proxy: FaultProxy,
  milliseconds: number,
  fault: Parameters<FaultProxy['fail']>[0]['fault'],
): number {
  proxy.fail({ ...all, fault, milliseconds });
  return milliseconds;
}

async function expiring({ shop, proxy, file }: Scene, written: (token: string) => string): Promise<number> {
  const next = await anotherToken(shop);
  proxy.fail({ ...all, fault: { kind: 'unauthorized', token: shop.identity.token }, times: 0 });
  // The API leaves open watches alone when their token expires: they are cut so that all must be asked anew.
  proxy.fail({ ...all, watch: true, fault: { kind: 'reset' } });
  await after(2_000);
  await writeFile(file, written(next));
  return 0;
}

/** By TokenRequest; the first one stays good, but the proxy refuses it. */
async function anotherToken({ namespace }: Release): Promise<string> {
  const argv = ['create', 'token', 'deployer', '--namespace', namespace.name];
  const kubectl = await tool('kubectl');
  const { stdout } = await promisify(execFile)(kubectl, [
    ...argv,
    '--kubeconfig',
    namespace.sandbox.kubeconfig,
  ]);
  return stdout.trim();
}

test.concurrent.each(Object.keys(platforms))(
  'doomed: called in time, and undone, although %s',
  async (name) => {
    await using shop = await release();
    await using proxy = await proxyTo(shop);
    await shop.deploy();
    const causeAt = shop.namespace.until('apps/v1 Deployment', 'shop', hasGivenUp).then(() => Date.now());

    const { ended, backAt } = await shipInto(platforms[name], { shop, proxy }, 2, doomed);

    expect(ended).toMatchObject(failedFor('no progress for 6s'));
    expect(ended.reason).toContain('undone: revision 3 brings back revision 1');
    expect(await shop.statuses()).toEqual(['1 superseded', '2 failed', '3 deployed']);
    expect(verdictOf(ended).at - Math.max(await causeAt, backAt)).toBeLessThan(allowed);
  },
);

test.concurrent.each(Object.keys(platforms))(
  'becomes ready: not called, and passes in time, although %s',
  async (name) => {
    await using shop = await release();
    await using proxy = await proxyTo(shop);
    const readyAt = shop.namespace.until('apps/v1 Deployment', 'shop', isReady).then(() => Date.now());

    const { ended, backAt } = await shipInto(platforms[name], { shop, proxy }, 1, slow);

    expect(ended).toMatchObject(shipped);
    expect(verdictOf(ended).at - Math.max(await readyAt, backAt)).toBeLessThan(allowed);
  },
);

test.concurrent.each(['refused', 'silent'] as const)(
  '%s to the end: inconclusive, nothing undone, nothing verified',
  async (kind) => {
    await using shop = await release();
    await using proxy = await proxyTo(shop);
    await shop.deploy();
    const gone: Platform = {
      strike: () => {
        proxy.fail({ ...all, fault: { kind }, times: 0 });
        return 0;
      },
    };

    const { ended } = await shipInto(gone, { shop, proxy }, 2, doomed, { timeout: '12s' });

    expect(ended).toMatchObject({ result: 'inconclusive', exit: 1 });
    expect(ended.reason).toContain('cannot reach the Kubernetes API');
    expect(await shop.statuses()).toEqual(['1 superseded', '2 deployed']);
    expect(await shop.imageOf('Deployment')).toBe((await serviceImage('v2')).pinned);
    expect(await shop.records()).toEqual(['#1 ready', '#2 applied']);
  },
);

const proxyTo = ({ namespace: { sandbox } }: Release): Promise<FaultProxy> =>
  startFaultProxy({ url: sandbox.apiUrl, ca: sandbox.ca });

/** Deploys v2 through the proxy; the fault strikes when record `seq` says that helm has applied. */
async function shipInto(
  platform: Platform | undefined,
  { shop, proxy }: Pick<Scene, 'shop' | 'proxy'>,
  seq: number,
  values: object,
  inputs: With = {},
): Promise<{ ended: Ending; backAt: number }> {
  if (platform === undefined) throw new Error('no such platform');
  const scene = { shop, proxy, file: join(shop.folder, 'token') };
  const user = (await platform.user?.(scene)) ?? { token: shop.identity.token };
  const kubeconfig = kubeconfigThrough(proxy, shop.namespace.name, user);
  const step = await shop.start({
    kubeconfig: Buffer.from(kubeconfig).toString('base64'),
    images: `image=${(await serviceImage('v2')).pinned}`,
    values,
    timeout: '90s',
    ...inputs,
  });
  const isApplied = ({ metadata }: KubeObject): boolean =>
    metadata.labels?.['slipway.dev/state'] === 'applied';
  await Promise.race([
    shop.namespace.until('v1 Secret', `slipway-shop-${seq}`, isApplied),
    tooEarly(step.ended),
  ]);
  await after(1_000);
  const struckAt = Date.now();
  const lasts = await platform.strike(scene);
  // The way back is not what these tests are about.
  step.says('going back to revision').then(
    () => proxy.heal(),
    () => undefined,
  );
  return { ended: await step.ended, backAt: struckAt + lasts };
}

async function tooEarly(ended: Promise<Ending>): Promise<never> {
  const { reason, log } = await ended;
  throw new Error(`it ended before it was applied: ${reason}\n${log}`);
}

const verdictOf = ({ report }: Ending): Verdict => (report.data as { readonly verdict: Verdict }).verdict;

interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly availableReplicas?: number;
  readonly conditions?: readonly { readonly reason?: string }[];
}

const statusOf = ({ status }: KubeObject): DeploymentStatus => status as DeploymentStatus;

const hasGivenUp = (object: KubeObject): boolean =>
  statusOf(object).conditions?.some(({ reason }) => reason === 'ProgressDeadlineExceeded') === true;

const isReady = (object: KubeObject): boolean => (statusOf(object).availableReplicas ?? 0) > 0;

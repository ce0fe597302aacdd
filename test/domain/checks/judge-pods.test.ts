import { expect, test } from '@jest/globals';
import { judgePods } from '../../../lib/domain/checks/judge-pods.ts';
import type { PodsVerdict } from '../../../lib/domain/checks/judge-pods.ts';
import type { PodsCheck } from '../../../lib/domain/checks/types.ts';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import type { Resolution } from '../../../lib/domain/registry.ts';
import { object, readyPod } from '../workloads/objects.ts';

const [index, amd64, config, other, sidecar] = ['a', 'b', 'c', 'd', 'e'].map(
  (digit) => `sha256:${digit.repeat(64)}`,
) as [string, string, string, string, string];

const shop = 'ghcr.io/acme/shop';
const asked = `${shop}@${index}`;
const found: Resolution = {
  kind: 'found',
  image: { digest: index, platforms: [{ digest: amd64, platform: 'linux/amd64' }], configs: [config] },
};
const unknown: Resolution = { kind: 'unknown', reason: '401' };

const check: PodsCheck = {
  kind: 'pods',
  name: 'pods',
  severity: 'fail',
  attemptTimeout: 1_000,
  selector: 'app=shop',
  namespace: 'prod',
  atLeast: 1,
};
const wanting = { ...check, digest: index };

interface Container {
  /** What the pod's spec asks for. */
  readonly image: string;
  /** What the runtime reports. */
  readonly runs: string;
}

const pod = (name: string, containers: readonly Container[], status: object = readyPod): KubeObject =>
  object('v1', 'Pod', name, {
    spec: { containers: containers.map(({ image }, at) => ({ name: `c${at}`, image })) },
    status: {
      ...status,
      // The API names them in an order of its own.
      containerStatuses: containers.map(({ runs }, at) => ({ name: `c${at}`, imageID: runs })).reverse(),
    },
  });
const running = (runs: string, image = `${shop}:v2`): Container => ({ image, runs });
const istio: Container = {
  image: 'docker.io/istio/proxyv2:1.29',
  runs: `docker.io/istio/proxyv2@${sidecar}`,
};

const reasonOf = (verdict: PodsVerdict): string =>
  'miss' in verdict ? `${verdict.kind}: ${verdict.miss.reason}` : verdict.kind;

const terminating = { ...pod('old', [running(other)]), metadata: { name: 'old', deletionTimestamp: 'now' } };
const waiting = {
  phase: 'Pending',
  conditions: [{ type: 'Ready', status: 'False' }],
};

test.each<[title: string, pods: KubeObject[], verdict: string]>([
  ['one that is ready', [pod('a', [])], 'as expected'],
  ['none', [], 'miss: no pod of app=shop in prod, expected 1 or more'],
  ['one on its way out', [terminating], 'miss: no pod of app=shop in prod, expected 1 or more'],
  [
    'one that was evicted',
    [pod('a', [], { ...readyPod, phase: 'Failed' })],
    'miss: no pod of app=shop in prod, expected 1 or more',
  ],
  ['a finished one beside', [pod('a', []), pod('job', [], { phase: 'Succeeded' })], 'as expected'],
  [
    'one of two ready',
    [pod('a', []), pod('b', [], waiting)],
    expect.stringMatching(/^miss: 1 of 2 pods are ready: pod b /) as unknown as string,
  ],
])('readiness alone: %s', (_, pods, verdict) => {
  expect(reasonOf(judgePods(check, pods, {}))).toEqual(verdict);
});

test('at least so many', () => {
  expect(reasonOf(judgePods({ ...check, atLeast: 2 }, [pod('a', [])], {}))).toBe(
    'miss: 1 pod of app=shop in prod, expected 2 or more',
  );
});

test.each<[title: string, containers: Container[]]>([
  ['the manifest itself', [running(`${shop}@${index}`)]],
  ['by docker', [running(`docker-pullable://${shop}@${index}`)]],
  ['from a mirror', [running(`mirror.local/shop@${index}`)]],
  ['beside a sidecar', [istio, running(`${shop}@${index}`)]],
])('%s matches, and no registry is asked', (_, containers) => {
  expect(judgePods(wanting, [pod('a', containers)], {})).toEqual({ kind: 'as expected' });
});

test.each([
  ['the platform in that index', `${shop}@${amd64}`],
  ['its config', config],
  ['its config, by docker', `docker://${config}`],
])('%s matches, once the registry has said what is in it', (_, runs) => {
  const pods = [pod('a', [running(runs)])];
  expect(judgePods(wanting, pods, {})).toEqual({ kind: 'ask', references: [asked] });
  expect(judgePods(wanting, pods, { [asked]: found })).toEqual({ kind: 'as expected' });
});

test('where the digest came with a repository, that one is asked, whatever the pods name', () => {
  const pods = [pod('a', [running(`mirror.local/shop@${amd64}`, 'mirror.local/shop:v2')])];
  const named = { ...wanting, repository: shop };
  expect(judgePods(named, pods, {})).toEqual({ kind: 'ask', references: [asked] });
  expect(judgePods(wanting, pods, {})).toEqual({
    kind: 'ask',
    references: [`mirror.local/shop@${index}`],
  });
});

const byIstio = `docker.io/istio/proxyv2@${index}`;

test.each<[title: string, resolutions: Record<string, Resolution>, verdict: string]>([
  ['found', { [asked]: found }, `miss: 1 of 2 pods run another image (b): ${shop}@${other}`],
  ['gone', { [asked]: { kind: 'absent' } }, `miss: 1 of 2 pods run another image (b): ${shop}@${other}`],
  [
    'silent',
    { [asked]: unknown },
    `unknown: whether 1 of 2 pods run ${index} cannot be told (b runs ${shop}@${other}): ${asked}: 401`,
  ],
])('another image, and what was asked for is %s in its registry', (_, resolutions, verdict) => {
  const pods = [pod('a', [running(`${shop}@${index}`)]), pod('b', [running(`${shop}@${other}`)])];
  expect(reasonOf(judgePods(wanting, pods, resolutions))).toBe(verdict);
});

test("a sidecar's registry may say what it likes of a digest that is not its own", () => {
  const pods = [pod('a', [running(`${shop}@${other}`), istio])];
  expect(judgePods(wanting, pods, {})).toEqual({ kind: 'ask', references: [byIstio, asked] });
  expect(reasonOf(judgePods(wanting, pods, { [asked]: found, [byIstio]: unknown }))).toBe(
    `miss: 1 of 1 pods run another image (a): ${shop}@${other}`,
  );
});

test('what the spec asks for is no proof: it may be changed under a running container', () => {
  const pods = [pod('a', [running(`${shop}@${other}`, asked)])];
  expect(reasonOf(judgePods(wanting, pods, { [asked]: found }))).toMatch(/^miss: .* another image/);
});

test('a container that has not started proves nothing, and stands in nobody’s way', () => {
  const pods = [pod('a', [running(''), running(`${shop}@${index}`)])];
  expect(judgePods(wanting, pods, {})).toEqual({ kind: 'as expected' });
  expect(reasonOf(judgePods(wanting, [pod('a', [running('')])], {}))).toMatch(/^miss: /);
});

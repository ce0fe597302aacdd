/** With the real kubectl, in the real cluster. */
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kubectlForwards } from '../../../lib/adapters/forwards/kubectl.ts';
import type { Via } from '../../../lib/domain/checks/types.ts';
import { isPodReady } from '../../../lib/domain/workloads/pods.ts';
import type { Forwards } from '../../../lib/ports/probes.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { pushServiceImage } from '../../../sandbox/service/image.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { TestNamespace, typeOf } from '../../e2e/support/namespace.ts';
import { until } from '../../sandbox-parts/running.ts';
import { ask, failureOf } from '../probes/servers.ts';

const within = { timeout: 30_000 };

let namespace: TestNamespace;
let path: string;
let image: string;
beforeAll(async () => {
  namespace = await TestNamespace.open();
  path = dirname((await ensureTools(['kubectl'])).kubectl);
  image = (await pushServiceImage({ registry: namespace.sandbox.registry, version: 'v1' })).ref;
  await Promise.all([
    pod('shop', { app: 'shop' }),
    service('shop', { app: 'shop' }),
    service('empty', { app: 'nobody' }),
    service('bare', undefined),
    pod('waiting', { app: 'waiting' }, { nodeSelector: { no: 'such' } }),
  ]);
  await namespace.until('v1 Pod', 'shop', isPodReady);
});
afterAll(() => namespace[Symbol.asyncDispose]());

const pod = (name: string, labels: object, spec: object = {}): Promise<unknown> =>
  namespace.create('v1 Pod', name, {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'app',
          image,
          env: [{ name: 'POD_NAME', value: name }],
          readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 },
        },
      ],
      ...spec,
    },
  });

const service = (name: string, selector: object | undefined): Promise<unknown> =>
  namespace.create('v1 Service', name, {
    spec: { ports: [{ port: 80, targetPort: 8080 }], ...(selector === undefined ? {} : { selector }) },
  });

const via = (kind: Via['kind'], name: string, port = kind === 'pod' ? 8080 : 80): Via => ({
  kind,
  name,
  namespace: namespace.name,
  port,
});

/** Ended at the end of the test, whatever became of it. */
function opened(kubeconfig = namespace.sandbox.kubeconfig): Forwards & AsyncDisposable {
  const spawn = processSpawn({ PATH: path, HOME: tmpdir() });
  const forwards = kubectlForwards({ spawn, kubeconfig });
  return { ...forwards, [Symbol.asyncDispose]: () => forwards.close() };
}

const podThatAnswers = async (address: string): Promise<unknown> =>
  (JSON.parse((await ask(`http://${address}/version`)).body) as { pod: unknown }).pod;

test.concurrent.each(['service', 'pod'] as const)('to a %s: its answer, as often as asked', async (kind) => {
  await using forwards = opened();
  const address = await forwards.open(via(kind, 'shop'), within);
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect([await podThatAnswers(address), await podThatAnswers(address)]).toEqual(['shop', 'shop']);
});

test.concurrent.each<[title: string, to: () => Via, failure: RegExp]>([
  [
    'a Service without a pod',
    () => via('service', 'empty'),
    /^hopeless, connect: nothing is behind the Service: no pod has its labels \(NO_ENDPOINTS/,
  ],
  [
    'a Service that does not exist',
    () => via('service', 'nowhere'),
    /^hopeless, connect: it does not exist \(NOT_FOUND: .*services "nowhere" not found\)/,
  ],
  ['a pod that does not exist', () => via('pod', 'nowhere'), /^hopeless, connect: it does not exist/],
  ['a pod that waits', () => via('pod', 'waiting'), /^may pass, connect: the pod is not running yet/],
  [
    'a port that the Service does not have',
    () => via('service', 'shop', 81),
    /^hopeless, connect: kubectl cannot forward there .*service port 81/,
  ],
  [
    'a Service without a selector',
    () => via('service', 'bare'),
    /^hopeless, connect: kubectl cannot forward there .*selector/,
  ],
])('%s', async (_, to, failure) => {
  await using forwards = opened();
  expect(await failureOf(forwards.open(to(), within))).toMatch(failure);
});

test.concurrent('a port of a pod at which nothing listens is cut, and cut again: it may come', async () => {
  await using forwards = opened();
  for (let times = 0; times < 2; times++) {
    const address = await forwards.open(via('pod', 'shop', 9_999), within);
    expect(await failureOf(ask(`http://${address}/`))).toMatch(/^may pass, /);
    await until('that kubectl has ended', async () =>
      (await failureOf(ask(`http://${address}/`))).includes('refused'),
    );
  }
});

test.concurrent('an account that may not is no answer of the service', async () => {
  await using forwards = opened('/dev/null');
  await expect(forwards.open(via('service', 'shop'), within)).rejects.toMatchObject({ name: 'ToolError' });
});

test.concurrent('when its pod is gone, the next forward leads to the one that came instead', async () => {
  await pod('first', { app: 'moving' });
  await service('moving', { app: 'moving' });
  await namespace.until('v1 Pod', 'first', isPodReady);
  await using forwards = opened();
  expect(await podThatAnswers(await forwards.open(via('service', 'moving'), within))).toBe('first');

  await pod('second', { app: 'moving' });
  await namespace.until('v1 Pod', 'second', isPodReady);
  await namespace.kube.delete(typeOf('v1 Pod'), namespace.name, 'first');

  let answers: unknown;
  await until('the second answers', async () => {
    const address = await forwards.open(via('service', 'moving'), within);
    answers = await podThatAnswers(address).catch(() => undefined);
    return answers !== undefined && answers !== 'first';
  });
  expect(answers).toBe('second');
});

test.concurrent('at the end no kubectl is left', async () => {
  const own = (): number[] => kubectls(namespace.name, ':8081');
  const forwards = opened();
  const address = await forwards.open(via('pod', 'shop', 8_081), within);
  expect(own()).toHaveLength(1);
  await forwards.close();
  expect(own()).toEqual([]);
  expect(await failureOf(ask(`http://${address}/`))).toMatch(/the connection is refused/);
});

/** The forwards in this namespace to a port that run now. */
const kubectls = (namespace: string, port: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => ['port-forward', namespace, port].every((word) => commandLine(pid).includes(word)))
    .map(Number);

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

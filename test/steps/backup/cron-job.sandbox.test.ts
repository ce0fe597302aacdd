/** With a real kubelet, which says itself why a pod cannot begin. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Log } from '../../../lib/ports/log.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { findCronJob, runCronJob } from '../../../lib/steps/backup/cron-job.ts';
import { pushPostgresImage } from '../../../sandbox/databases/image.ts';
import { TestNamespace } from '../../e2e/support/namespace.ts';

let namespace: TestNamespace;
let image: string;
beforeAll(async () => {
  namespace = await TestNamespace.open();
  image = await pushPostgresImage(namespace.sandbox.registry);
}, 600_000);
afterAll(() => namespace[Symbol.asyncDispose](), 240_000);

/** The grace of three minutes is over in nine seconds: the kubelet has said why by then, and has begun to back off. */
const clock: Clock = {
  now: () => systemClock.now(),
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
};
const log: Log = {
  info: () => undefined,
  warn: () => undefined,
  debug: () => undefined,
  group: (_, body) => body(),
  untrusted: () => undefined,
  mask: () => undefined,
};

async function run(name: string, container: object) {
  const pod = { restartPolicy: 'Never', automountServiceAccountToken: false };
  const containers = [{ name: 'dump', image, command: ['sh', '-c', 'exit 0'], ...container }];
  const template = { spec: { ...pod, containers } };
  await namespace.create('batch/v1 CronJob', name, {
    spec: { schedule: '0 0 29 2 *', jobTemplate: { spec: { backoffLimit: 0, template } } },
  });
  const order = { namespace: namespace.name, cronJob: name, timeout: 600_000 };
  const ports = {
    kube: namespace.kube,
    clock,
    log,
    signal: new AbortController().signal,
    chance: () => '1a2b3c',
    heartbeat: () => ({ [Symbol.dispose]: () => undefined }),
  };
  return runCronJob(order, await findCronJob(order, ports), ports);
}

test.concurrent('an image that is not there', async () => {
  const failure = run('no-image', { image: `${namespace.sandbox.registry}/slipway/nothing:1` });
  await expect(failure).rejects.toThrow(/cannot begin: container dump: ErrImagePull: .*not found/);
  const jobs = await namespace.list('batch/v1 Job');
  const job = jobs.find(({ metadata }) => metadata.name.startsWith('no-image-'));
  expect(job?.spec).toMatchObject({ suspend: true });
}, 120_000);

test.concurrent('a Secret that is not there', async () => {
  const env = [{ name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name: 'pg', key: 'password' } } }];
  const failure = run('no-secret', { env });
  await expect(failure).rejects.toThrow(
    /cannot begin: container dump: CreateContainerConfigError: secret "pg" not found/,
  );
}, 120_000);

test.concurrent('a pod that begins at once is waited for', async () => {
  await expect(run('fine', {})).resolves.toMatchObject({ end: { kind: 'complete' } });
}, 120_000);

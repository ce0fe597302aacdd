/** backup-db runs a CronJob of the cluster and judges it by what it stores in a folder of the node, which is this machine. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pushPostgresImage } from '../../sandbox/databases/image.ts';
import { identityIn, minimalRole } from './support/identity.ts';
import type { Identity } from './support/identity.ts';
import { TestNamespace } from './support/namespace.ts';
import { startStep } from './support/step.ts';
import type { Ending, Step } from './support/step.ts';

const dump = `-- MySQL dump 10.13\n${'INSERT INTO t VALUES (1);\n'.repeat(20_000)}-- Dump completed\n`;
const whole = gzipSync(dump);

let namespace: TestNamespace;
let identity: Identity;
let image: string;
/** Seen by the node under the same path. */
let shared: string;
beforeAll(async () => {
  namespace = await TestNamespace.open();
  image = await pushPostgresImage(namespace.sandbox.registry);
  identity = await identityIn(namespace, minimalRole('backup-db', 'role: cronjob'));
  shared = await mkdtemp(join(tmpdir(), 'slipway-cron-job-'));
  await mkdir(join(shared, 'in'));
  await writeFile(join(shared, 'in', 'whole'), whole);
  await writeFile(join(shared, 'in', 'half'), gzipSync(dump.slice(0, dump.length / 2)));
}, 600_000);
afterAll(async () => {
  await namespace?.[Symbol.asyncDispose]();
  await rm(shared, { recursive: true, force: true });
});

interface CronJob {
  readonly name: string;
  /** What its container does, in a shell; `/shared` is the folder. */
  readonly script: string;
  readonly suspend?: boolean;
}

async function cronJob({ name, script, suspend = false }: CronJob): Promise<string> {
  const out = join(shared, name);
  await mkdir(out);
  const container = {
    name: 'dump',
    image,
    command: ['sh', '-c', script.replaceAll('OUT', `/shared/${name}`)],
    volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
  };
  const pod = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [container],
    volumes: [{ name: 'shared', hostPath: { path: shared } }],
  };
  const jobTemplate = {
    metadata: { labels: { app: name } },
    spec: { backoffLimit: 0, template: { spec: pod } },
  };
  await namespace.create('batch/v1 CronJob', name, {
    spec: { schedule: '0 0 29 2 *', suspend, jobTemplate },
  });
  return out;
}

const start = (name: string, out: string, rest: Readonly<Record<string, string>> = {}): Promise<Step> =>
  startStep({
    action: 'backup-db',
    inputs: {
      engine: 'mysql',
      kubernetes: `{ namespace: ${namespace.name}, cronjob: ${name} }`,
      kubeconfig: identity.kubeconfig,
      destination: `file:${out}`,
      timeout: '5m',
      ...rest,
    },
    env: { PATH: process.env['PATH'] ?? '' },
    secrets: [identity.token],
    commands: '',
  });
const run = async (name: string, out: string): Promise<Ending> => (await start(name, out)).ended;

const jobsOf = async (name: string) =>
  (await namespace.list('batch/v1 Job')).filter(({ metadata }) =>
    metadata.name.startsWith(`${name}-slipway-`),
  );

test.concurrent('a Job whose dump is whole is a success, though its CronJob is suspended', async () => {
  const out = await cronJob({
    name: 'good',
    script: 'cat /shared/in/whole > OUT/dump.sql.gz',
    suspend: true,
  });
  await writeFile(join(out, 'older.sql.gz'), 'older');
  const done = await run('good', out);
  expect([done.result, done.log]).toEqual(['success', expect.any(String)]);
  expect(done.outputs).toMatchObject({
    uri: `file:${out}/dump.sql.gz`,
    bytes: String(whole.length),
    'raw-bytes': String(dump.length),
    verified: 'complete',
  });
  expect(done.log).toMatch(/is suspended/);
  expect(done.summary).toContain('gzip, to its end');
  const [job] = await jobsOf('good');
  expect(job?.metadata).toMatchObject({
    annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
    ownerReferences: [{ kind: 'CronJob', name: 'good' }],
  });
}, 240_000);

test.concurrent.each([
  ['half', 'cat /shared/in/half > OUT/dump.sql.gz', /without its end: the dump was cut short/],
  ['cut', 'head -c 500 /shared/in/whole > OUT/dump.sql.gz', /cut or damaged: its gzip/],
  ['empty', 'echo no such database >&2; : > OUT/dump.sql.gz', /dump\.sql\.gz is empty/],
  [
    'words',
    'echo "pg_dump: error: connection failed: FATAL:  password authentication failed" > OUT/dump.sql.gz',
    /holds an error instead of a whole dump: pg_dump: error: .* authentication failed/,
  ],
  ['nothing', 'true', /ended well, and nothing new is below/],
])(
  'a green Job that stored %s is a failure',
  async (name, script, reason) => {
    const done = await run(name, await cronJob({ name, script }));
    expect(done.result).toBe('failure');
    expect(done.reason).toMatch(reason);
  },
  240_000,
);

test.concurrent('a green Job that stored what nobody knows to be whole is inconclusive, and red', async () => {
  const out = await cronJob({ name: 'unknown', script: 'echo BSON > OUT/dump.bson' });
  const done = await run('unknown', out);
  expect([done.result, done.exit]).toEqual(['inconclusive', 1]);
  expect(done.reason).toMatch(/but nothing shows that the dump is whole: .*no known form of a dump/);
  expect(done.outputs).toMatchObject({ uri: `file:${out}/dump.bson`, verified: '' });
}, 240_000);

test.concurrent('a red Job is a failure whatever it stored, with the last lines of its log', async () => {
  const out = await cronJob({
    name: 'red',
    script: 'cat /shared/in/whole > OUT/dump.sql.gz; echo "pg_dump: error: connection refused" >&2; exit 3',
  });
  const done = await run('red', out);
  expect(done.result).toBe('failure');
  expect(done.reason).toMatch(/failed: BackoffLimitExceeded/);
  expect(done.log).toMatch(/pg_dump: error: connection refused/);
  expect(done.log).toMatch(/do not rely on what it stored/);
  expect(await jobsOf('red')).toHaveLength(1);
}, 240_000);

test.concurrent('a cancel stops the Job and keeps it', async () => {
  const out = await cronJob({ name: 'slow', script: 'echo begun > OUT/begun; sleep 600' });
  const step = await start('slow', out);
  await step.says('was made of');
  const [job] = await jobsOf('slow');
  await namespace.until(
    'batch/v1 Job',
    job?.metadata.name ?? '',
    ({ status }) => (status as { active?: number }).active === 1,
  );
  const done = await step.cancel();
  expect(done.result).toBe('cancelled');
  const stopped = await namespace.until(
    'batch/v1 Job',
    job?.metadata.name ?? '',
    ({ status }) => ((status as { active?: number }).active ?? 0) === 0,
  );
  expect(stopped.spec).toMatchObject({ suspend: true });
}, 240_000);

test.concurrent('out of time it is a failure, and the Job is stopped', async () => {
  const out = await cronJob({ name: 'late', script: 'echo waiting for a lock; sleep 600' });
  const done = await (await start('late', out, { timeout: '20s' })).ended;
  expect(done.result).toBe('failure');
  expect(done.reason).toMatch(/not done within 20s/);
  expect(done.log).toMatch(/waiting for a lock/);
  const [job] = await jobsOf('late');
  expect(job?.spec).toMatchObject({ suspend: true });
}, 240_000);

test.concurrent('a dry run makes no Job', async () => {
  const out = await cronJob({ name: 'dry', script: 'true' });
  const done = await (await start('dry', out, { 'dry-run': 'true' })).ended;
  expect(done.result).toBe('success');
  expect(done.reason).toMatch(/would run CronJob/);
  expect(await jobsOf('dry')).toEqual([]);
  expect(await readdir(out)).toEqual([]);
}, 240_000);

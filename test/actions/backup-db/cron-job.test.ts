import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/backup-db/inputs.ts';
import { report } from '../../../actions/backup-db/report.ts';
import type { ConfigurationError } from '../../../lib/domain/errors.ts';
import { Cluster, dump, env, failed, least } from './cluster.ts';

test('a green Job whose dump is whole', async () => {
  const cluster = new Cluster();
  cluster.storage.objects.set('old.sql.gz', gzipSync('old'));
  const result = await cluster.run();
  expect(result).toMatchObject({
    result: 'success',
    reason: expect.stringMatching(
      /^CronJob db\/backup stored \d+ B, read again whole: gzip, to its end; SQL of MySQL's dump tool, to its end; not restored$/,
    ),
    cronJob: { job: 'db/backup-slipway-1a2b3c', objects: [{ uri: 'memory/dump.sql.gz', isWhole: true }] },
    warnings: [],
  });
  expect(cluster.created[0]).toMatchObject({
    metadata: { annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' } },
    spec: { activeDeadlineSeconds: 3_600 },
  });
  const { outputs, summary } = report(result);
  expect(outputs).toMatchObject({
    uri: 'memory/dump.sql.gz',
    'raw-bytes': String(dump.length),
    verified: 'complete',
  });
  expect(summary).toContain('db/backup-slipway-1a2b3c');
});

test.each<[string, Record<string, string | Buffer>, RegExp]>([
  [
    'a form that is not known',
    { 'dump.bson': 'BSON' },
    /stored 4 B, but nothing shows that the dump is whole: memory\/dump.bson: no known form of a dump$/,
  ],
  ['age', { 'dump.age': 'age-encryption.org/v1\n-> X25519 a\n' }, /memory\/dump.age: encrypted with age/],
  [
    'one that is whole, and a smaller one of which nobody knows',
    { 'a.sql': `${dump}${'-- '.repeat(10)}`, 'b.bin': 'BSON' },
    /stored \d+ B and 1 more, but nothing .* memory\/b.bin: no known form/,
  ],
  ['checksums alone', { 'dump.sha256': `${'0'.repeat(64)}  dump.sql\n` }, /none of it is a dump/],
])('%s: inconclusive, and not called complete', async (_, stores, reason) => {
  const result = await Object.assign(new Cluster(), { stores }).run();
  expect(result).toMatchObject({ result: 'inconclusive', reason: expect.stringMatching(reason) });
  expect(report(result).outputs['verified']).toBe('');
});

test('a whole dump with its checksums beside it is a success', async () => {
  const cluster = new Cluster();
  cluster.stores = { 'dump.sql': dump, 'dump.sql.sha256': `${'0'.repeat(64)}  dump.sql\n` };
  const result = await cluster.run();
  expect(result.result).toBe('success');
  expect(report(result).outputs['verified']).toBe('complete');
});

test.each<[string, Partial<Cluster>, RegExp, RegExp]>([
  [
    'a green Job that stored nothing',
    { stores: {} },
    /ended well, and nothing new is below memory/,
    /a pipe hides/,
  ],
  [
    'a green Job that stored an empty object',
    { stores: { a: '' } },
    /a is empty/,
    /failed before its first byte/,
  ],
  [
    'a green Job whose dump is cut',
    { stores: { a: gzipSync(dump.slice(0, 20)) } },
    /without its end/,
    /pipefail/,
  ],
  [
    'a green Job that stored an error message',
    {
      stores: {
        'a.gz': gzipSync('pg_dump: error: connection failed: FATAL:  password authentication failed\n'),
      },
    },
    /holds an error instead of a whole dump: pg_dump: error: .* authentication failed$/,
    /no 2>&1/,
  ],
  [
    'a green Job that copied an old dump',
    { age: 3_600_000 },
    /older than the Job itself/,
    /copied an old dump/,
  ],
  [
    'a red Job',
    { status: failed, stores: {} },
    /failed: BackoffLimitExceeded: too often/,
    /nothing new is stored/,
  ],
  [
    'a red Job that stored something',
    { status: failed },
    /failed: BackoffLimitExceeded/,
    /do not rely on what it stored/,
  ],
  ['a Job that somebody deleted', { ends: 'deleted' }, /deleted before its end was seen/, /who deletes Jobs/],
  ['a Job that may not be watched', { ends: 'forbidden' }, /may not be watched/, /allow watch/],
  ['no such CronJob', { cronJob: undefined }, /there is no CronJob db\/backup/, /kubectl get cronjobs/],
])('%s is a failure', async (_, facts, message, remedy) => {
  await expect(Object.assign(new Cluster(), facts).run()).rejects.toMatchObject({
    name: 'TargetError',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  });
});

test('of a red Job the last lines of its log are told', async () => {
  const cluster = Object.assign(new Cluster(), { status: failed });
  const error = await cluster
    .run({ kubernetes: '{ namespace: db, cronjob: backup, container: dump }' })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    details: [
      ['log', 'pod-1 dump'],
      ['log', 'pg_dump: error: connection refused'],
      ['stored', expect.stringMatching(/^dump\.sql\.gz, /)],
    ],
  });
});

test('out of time, the Job is stopped and kept, and its log is told before its pods go', async () => {
  const cluster = Object.assign(new Cluster(), { ends: 'never' });
  await expect(cluster.run()).rejects.toThrow('late');
  expect(cluster.patched).toEqual([{ spec: { suspend: true } }]);
  expect(cluster.log).toContain('pg_dump: error: connection refused');
});

const waits = (reason: string, message: string) => ({
  containerStatuses: [{ name: 'main', state: { waiting: { reason, message } } }],
});
const unpulled = [
  waits('ErrImagePull', 'registry.test/pg:1: not found'),
  waits('ImagePullBackOff', 'Back-off pulling image "registry.test/pg:1"'),
];

test('a Job whose pod cannot begin is stopped with the first cause, long before timeout', async () => {
  const cluster = Object.assign(new Cluster(), { ends: 'hangs', podStates: unpulled });
  const failure = cluster.run();
  await expect(failure).rejects.toMatchObject({
    message: expect.stringMatching(
      /cannot begin: container main: ErrImagePull: registry.test\/pg:1: not found$/,
    ),
    remedy: expect.stringContaining('pull secret'),
  });
  expect(cluster.patched).toEqual([{ spec: { suspend: true } }]);
});

test('an image that comes in time fails nothing', async () => {
  const cluster = Object.assign(new Cluster(), {
    ends: 'hangs',
    podStates: [...unpulled, { phase: 'Running', containerStatuses: [{ state: {} }] }],
  });
  const late = cluster.clock.sleep(400_000).then(() => 'still waiting');
  await expect(Promise.race([cluster.run(), late])).resolves.toBe('still waiting');
  cluster.cancel.abort(new Error('enough'));
});

test('missing rights are told before anything is made', async () => {
  const denied = [{ verb: 'create', group: 'batch', resource: 'jobs', namespace: 'db' }];
  const cluster = Object.assign(new Cluster(), { denied });
  await expect(cluster.run()).rejects.toMatchObject({
    details: [['missing', 'create jobs.batch in namespace db']],
  });
  expect(cluster.created).toEqual([]);
});

test('a suspended one is run all the same, and one that is at work is warned of', async () => {
  const cluster = new Cluster();
  cluster.cronJob = { spec: { suspend: true, jobTemplate: { spec: {} } }, status: { active: [{}] } };
  const result = await cluster.run();
  expect(result.warnings).toEqual([expect.stringMatching(/another Job of CronJob db\/backup was at work/)]);
  expect(cluster.log).toContainEqual(expect.stringMatching(/is suspended.*run all the same/));
});

test('a dry run makes nothing', async () => {
  const cluster = new Cluster();
  expect(await cluster.run({ 'dry-run': 'true' })).toMatchObject({
    result: 'success',
    plan: { steps: [expect.stringMatching(/run CronJob db\/backup now/), expect.any(String)] },
  });
  expect(cluster.created).toEqual([]);
});

test.each<[Readonly<Record<string, string>>, string, RegExp]>([
  [{ keep: '{ last: 3 }' }, 'keep', /not ours to delete/],
  [{ verify: 'restored' }, 'verify', /only complete can be said/],
  [{ database: 'shop' }, 'database', /knows what it dumps/],
  [{ recipients: 'age1' }, 'recipients', /is not needed with kubernetes.cronjob/],
  [{ kubernetes: '{ namespace: db, cronjob: -x }' }, 'kubernetes.cronjob', /must be a name/],
  [{ kubernetes: '{ cronjob: backup }' }, 'kubernetes.namespace', /must be a name/],
  [{ kubernetes: '{ namespace: db, cronjob: backup, pod: x }' }, 'kubernetes.pod', /may have namespace/],
])('%j is a fault', (given, input, problem) => {
  const faults = (() => {
    try {
      return [parseInputs({ ...least, ...given }, env)];
    } catch (error) {
      return (error as ConfigurationError).faults;
    }
  })();
  expect(faults).toContainEqual(expect.objectContaining({ input, problem: expect.stringMatching(problem) }));
});

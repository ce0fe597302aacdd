import { expect, test } from '@jest/globals';
import { activeJobs, jobFrom, jobName, jobState, podWords, stuckPod } from '../../lib/domain/cron-job.ts';
import type { KubeObject } from '../../lib/domain/kubernetes.ts';

const cronJob: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'backup', namespace: 'db', uid: 'u-1' },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: {
      metadata: { labels: { app: 'backup' }, annotations: { team: 'shop' } },
      spec: { backoffLimit: 0, template: { spec: { containers: [] } } },
    },
  },
  status: { active: [{}] },
};
const job = (status: unknown): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j' },
  status,
});
const pod = (status: unknown): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  status,
});

test('a Job as kubectl create job --from makes it, and a deadline', () => {
  expect(jobFrom(cronJob, 'backup-slipway-1a2b3c', 3_600)).toEqual({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'backup-slipway-1a2b3c',
      namespace: 'db',
      labels: { app: 'backup' },
      annotations: { team: 'shop', 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: 'backup', uid: 'u-1', controller: true },
      ],
    },
    spec: { backoffLimit: 0, template: { spec: { containers: [] } }, activeDeadlineSeconds: 3_600 },
  });
});

test.each([
  [600, 600],
  [7_200, 3_600],
])('a deadline of the team’s own of %i s becomes %i', (theirs, expected) => {
  const spec = { jobTemplate: { spec: { activeDeadlineSeconds: theirs } } };
  expect(jobFrom({ ...cronJob, spec }, 'j', 3_600).spec).toMatchObject({ activeDeadlineSeconds: expected });
});

test('names fit into a label', () => {
  expect(jobName('backup', '1a2b3c')).toBe('backup-slipway-1a2b3c');
  expect(jobName('b'.repeat(80), '1a2b3c')).toHaveLength(63);
});

test('how many of its own are at work', () => {
  expect(activeJobs(cronJob)).toBe(1);
  expect(activeJobs({ ...cronJob, status: {} })).toBe(0);
});

test.each([
  [undefined, { kind: 'running' }],
  [{ active: 1 }, { kind: 'running' }],
  [{ conditions: [{ type: 'SuccessCriteriaMet', status: 'True' }] }, { kind: 'running' }],
  [{ conditions: [{ type: 'Complete', status: 'False' }] }, { kind: 'running' }],
  [{ conditions: [{ type: 'FailureTarget', status: 'True' }] }, { kind: 'running' }],
  [{ conditions: [{ type: 'Complete', status: 'True' }] }, { kind: 'complete' }],
  [
    {
      conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'too often' }],
    },
    { kind: 'failed', why: 'BackoffLimitExceeded: too often' },
  ],
])('%j is %j', (status, state) => {
  expect(jobState(job(status))).toEqual(state);
});

test.each([
  [undefined, 'Pending'],
  [{ phase: 'Running' }, 'Running'],
  [
    {
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }],
    },
    'ImagePullBackOff: no such image',
  ],
  [
    {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
    },
    'Unschedulable: 0/3 nodes',
  ],
])('a pod that is %j says %s', (status, words) => {
  expect(podWords(pod(status))).toBe(words);
});

const waiting = (reason: string, message?: string, where = 'containerStatuses') =>
  pod({ [where]: [{ name: 'dump', state: { waiting: { reason, message } } }] });

test.each([
  [waiting('ErrImagePull', 'not found'), /^container dump: ErrImagePull: not found$/, /image/],
  [waiting('InvalidImageName'), /^container dump: InvalidImageName$/, /image/],
  [waiting('ImagePullBackOff', 'no', 'initContainerStatuses'), /ImagePullBackOff: no$/, /image/],
  [waiting('CreateContainerConfigError', 'secret "pg" not found'), /secret "pg" not found$/, /Secret/],
])('a pod that cannot begin says why', (found, words, remedy) => {
  expect(stuckPod(found)?.words).toMatch(words);
  expect(stuckPod(found)?.remedy).toMatch(remedy);
});

test('the first cause is kept while the kubelet only waits, and what begins is not stuck', () => {
  const first = stuckPod(waiting('ErrImagePull', 'not found'));
  expect(stuckPod(waiting('ImagePullBackOff', 'Back-off pulling image "x"'), first)).toBe(first);
  for (const reason of ['ContainerCreating', 'PodInitializing', 'CrashLoopBackOff'])
    expect(stuckPod(waiting(reason), first)).toBeUndefined();
  expect(stuckPod(pod({ phase: 'Running', containerStatuses: [{ state: {} }] }), first)).toBeUndefined();
});

import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/domain/kubernetes.ts';
import { object, podOf, waiting, standing, type Row } from './objects.ts';

const jobOf = (spec: object, status: object): KubeObject =>
  object('batch/v1', 'Job', 'migrate', { spec, status });
const said = (type: string, reason = '', message = '') => ({
  conditions: [{ type, status: 'True', reason, message }],
});

const jobs: Row[] = [
  ['complete', 'ready 3/3', jobOf({ completions: 3 }, { succeeded: 3, ...said('Complete') })],
  ['all succeeded, not said yet', '1/1 still running', jobOf({}, { succeeded: 1 })],
  [
    'running',
    '1/3 still running',
    jobOf({ completions: 3 }, { succeeded: 1 }),
    podOf('m-a', ['Job', 'migrate'], { phase: 'Running', containerStatuses: [] }),
  ],
  [
    'attempts have failed',
    '0/1 still running (2 failed attempts)',
    jobOf({}, { failed: 2 }),
    podOf('m-a', ['Job', 'migrate'], { phase: 'Failed' }),
  ],
  ['suspended', '0/1 it is suspended', jobOf({ suspend: true }, {})],
  [
    'failed',
    '0/1 BackoffLimitExceeded: Job has reached the specified backoff limit',
    jobOf({}, said('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit')),
  ],
  [
    'its pod cannot start',
    '0/1 pod m-a container app: ErrImagePull: not found',
    jobOf({}, {}),
    podOf('m-a', ['Job', 'migrate'], waiting('ErrImagePull', 'not found')),
  ],
];

test.each(jobs)('%s → %s', (_what, expected, about, ...around) => {
  expect(standing(about, around)).toBe(expected);
});

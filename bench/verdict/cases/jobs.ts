/** What is to come to an end: Jobs, and Pods of their own. */
import { mayManage } from '../api-types.ts';
import type { Stage, VerdictCase } from '../case.ts';
import { barePod, countingTries, job } from '../objects.ts';
import { condition, either, phase } from '../proofs.ts';

const mayMakePods = (stage: Stage) => mayManage(stage, '', 'pods');
const gaveUp = either(condition('Job', 'FailureTarget', 'True'), condition('Job', 'Failed', 'True'));

export const jobs: readonly VerdictCase[] = [
  {
    id: 'job-fails',
    how: 'exit 1, backoffLimit 1',
    fault: {
      rule: 'JobFailed',
      says: /BackoffLimitExceeded/,
      grace: 'terminal',
      proof: gaveUp,
      objects: (stage) => [job(stage, ['--exit', '1'], { backoffLimit: 1 })],
    },
    twin: {
      how: 'its third try works',
      objects: (stage) => [
        job(stage, ['--crashes', '2'], { backoffLimit: 6 }, { restartPolicy: 'OnFailure' }),
      ],
    },
  },
  {
    id: 'bare-pod-fails',
    how: 'a Pod of its own exits 1, restartPolicy Never',
    fault: {
      rule: 'PodFailed',
      says: /exit 1/,
      grace: 'terminal',
      proof: phase('Pod', 'Failed'),
      before: mayMakePods,
      objects: (stage) => [barePod(stage, ['--for', '2s', '--exit', '1'])],
    },
    twin: {
      how: 'restartPolicy OnFailure, two crashes',
      before: mayMakePods,
      objects: (stage) => [barePod(stage, ['--crashes', '2'], { restartPolicy: 'OnFailure' })],
    },
  },
  {
    id: 'job-retries',
    how: 'each try a pod of its own (restartPolicy Never) that exits 1, backoffLimit 2',
    fault: {
      rule: 'JobFailed',
      says: /BackoffLimitExceeded/,
      grace: 'terminal',
      proof: gaveUp,
      objects: (stage) => [job(stage, ['--exit', '1'], { backoffLimit: 2 })],
    },
    twin: {
      how: 'its third try works',
      objects: (stage) => [job(stage, ['--crashes', '2'], countingTries.spec, countingTries.pod)],
    },
  },
];

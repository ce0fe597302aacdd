import type { KubeObject } from '../kubernetes.ts';
import { conditionOf, isTrue, sayCondition, type Condition } from './conditions.ts';
import { blocked, ready, type Kind, type Progress, type Seen } from './kind.ts';
import { blockedReplicas } from './replica-set.ts';
import { oneLine, plural } from '../words.ts';

interface JobSpec {
  readonly completions?: number;
  readonly suspend?: boolean;
}

interface JobStatus {
  readonly succeeded?: number;
  readonly failed?: number;
  readonly active?: number;
}

export const job: Kind = {
  name: 'batch/Job',
  gates: 'default',
  ready: 'it says Complete',
  trap: 'failed attempts are normal until it says Failed itself; a finished Job may be deleted by its TTL before anyone looks, so its last words are kept',
  assess,
  needs: ['Pod', 'Event'],
};

function assess(object: KubeObject, seen: Seen): Progress {
  const { completions: wanted = 1, suspend = false } = (object.spec as JobSpec | undefined) ?? {};
  const { succeeded = 0, failed = 0 } = (object.status as JobStatus | undefined) ?? {};
  if (isTrue(object, 'Complete')) return ready(wanted);

  const done = Math.min(succeeded, wanted);
  const failure = jobFailure(object);
  if (failure !== undefined) return blocked(done, wanted, oneLine(sayCondition(failure)));
  if (suspend) return blocked(done, wanted, 'it is suspended');
  const attempts = failed === 0 ? '' : ` (${plural(failed, 'failed attempt')})`;
  const pods = seen.ownedBy(object.metadata.uid ?? '', 'Pod').filter(isUnderWay);
  const cause = blockedReplicas(object, pods, seen) || 'still running';
  return blocked(done, wanted, `${cause}${attempts}`);
}

/** A failed attempt's pod is history; what the next one does is what counts. A running one is not expected to be ready. */
const isUnderWay = (pod: KubeObject): boolean =>
  (pod.status as { phase?: string } | undefined)?.phase === 'Pending';

/** The Job's own word that it has failed for good. FailureTarget comes before Failed, while pods are still ending. */
export function jobFailure(object: KubeObject): Condition | undefined {
  return ['Failed', 'FailureTarget']
    .map((type) => conditionOf(object, type))
    .find((condition) => condition?.status === 'True');
}

export const isFinishedJob = (object: KubeObject): boolean =>
  object.kind === 'Job' && (isTrue(object, 'Complete') || isTrue(object, 'Failed'));

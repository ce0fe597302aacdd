import { describeObject, type KubeObject } from '../../kubernetes.ts';
import { sayCondition } from '../../workloads/conditions.ts';
import { jobFailure } from '../../workloads/job.ts';
import { containersOf } from '../../workloads/pod-status.ts';
import { sayExit } from '../../workloads/pods.ts';
import { oneLine } from '../../words.ts';
import type { Case, Detection, Rule } from './rule.ts';

export const failedJob: Rule = {
  name: 'JobFailed',
  severity: 'terminal',
  kinds: ['batch/Job'],
  when: 'condition Failed or FailureTarget (BackoffLimitExceeded, DeadlineExceeded, PodFailurePolicy, …)',
  trap: 'a failed attempt is not a failed Job: only the Job’s own word counts, and it counts although the TTL has deleted the Job since',
  detect,
};

function detect({ id, object, seen }: Case): Detection | undefined {
  const failure = jobFailure(object);
  if (failure === undefined) return undefined;
  const exits = seen.ownedBy(object.metadata.uid ?? '', 'Pod').flatMap(failedExits);
  return {
    subject: describeObject(id),
    cause: [failure.reason ?? 'Failed', ...exits.slice(-1)].join(', '),
    proof: oneLine(sayCondition(failure), 400),
    remedy: remedies[failure.reason ?? ''] ?? 'read the log of its last pod',
  };
}

const remedies: Record<string, string> = {
  BackoffLimitExceeded: 'read the log of its last pod; if it needs more attempts, raise spec.backoffLimit',
  DeadlineExceeded: 'it ran longer than spec.activeDeadlineSeconds: raise it, or make the Job faster',
  PodFailurePolicy:
    'an exit code or condition that spec.podFailurePolicy names ended it: read the log of its last pod',
};

const failedExits = (pod: KubeObject): string[] =>
  containersOf(pod).flatMap(({ status }) => {
    const ended = status.state?.terminated ?? status.lastState?.terminated;
    return ended === undefined || ended.exitCode === 0
      ? []
      : [`pod ${pod.metadata.name} container ${status.name}: ${sayExit(ended)}`];
  });

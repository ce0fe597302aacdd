import type { KubeObject } from '../../kubernetes.ts';
import { conditionOf, observedGeneration, type Condition } from '../../workloads/conditions.ts';
import { newestReplicaSet, replicaSetsOf, type DeploymentSpec } from '../../workloads/deployment.ts';
import { describeObject } from '../../kubernetes.ts';
import type { Case, Detection, Rule } from './rule.ts';

export const progressDeadline: Rule = {
  name: 'ProgressDeadlineExceeded',
  severity: 'terminal',
  kinds: ['apps/Deployment'],
  when: 'condition Progressing=False with reason ProgressDeadlineExceeded, at the applied generation and about the newest ReplicaSet',
  trap: 'the controller leaves the condition of a failed rollout in place when the next one begins, also under the next observedGeneration: one that was there before the apply, or that names another ReplicaSet, is not believed; a paused rollout is never called',
  detect,
};

function detect({ id, object, progress, seen, earlier }: Case): Detection | undefined {
  const timedOut = timedOutCondition(object);
  if (timedOut === undefined || progress.ready) return undefined;
  if ((object.spec as DeploymentSpec | undefined)?.paused === true) return undefined;
  if ((observedGeneration(object) ?? 0) < (object.metadata.generation ?? 0)) return undefined;
  if (earlier.some((before) => timedOutCondition(before)?.lastUpdateTime === timedOut.lastUpdateTime))
    return undefined;

  const named = /ReplicaSet "([^"]+)"/.exec(timedOut.message ?? '')?.[1];
  const newest = newestReplicaSet(object, replicaSetsOf(object, seen));
  if (named !== undefined && newest !== undefined && newest.metadata.name !== named) return undefined;
  const { progressDeadlineSeconds = 600 } =
    (object.spec as { progressDeadlineSeconds?: number } | undefined) ?? {};
  return {
    subject: describeObject(id),
    cause: `no progress for ${progressDeadlineSeconds}s, blocked on ${progress.blockedOn}`,
    proof: timedOut.message ?? 'Progressing=False: ProgressDeadlineExceeded',
    remedy: 'mend what it is blocked on; if it only needs longer, raise spec.progressDeadlineSeconds',
  };
}

function timedOutCondition(object: KubeObject): Condition | undefined {
  const condition = conditionOf(object, 'Progressing');
  return condition?.status === 'False' && condition.reason === 'ProgressDeadlineExceeded'
    ? condition
    : undefined;
}

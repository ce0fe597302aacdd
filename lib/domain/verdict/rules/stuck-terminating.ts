import { describeObject, type KubeObject } from '../../kubernetes.ts';
import { everyPod, podKinds } from '../../workloads/newest-pods.ts';
import { isWanted } from '../../workloads/pods.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

const onTop = { strict: 60_000, balanced: 180_000 } as const satisfies Grace;

export const stuckTerminating: Rule = {
  name: 'StuckTerminating',
  severity: 'likely',
  kinds: podKinds,
  when: 'a pod of any revision is being deleted while the workload is not ready. Only where the next pod waits for it: StatefulSet, DaemonSet, strategy Recreate, a bare Pod; advisory elsewhere',
  graces: { 'after the pod’s own terminationGracePeriodSeconds': onTop },
  trap: 'a pod may take its whole grace period to end; one that stays says nothing against the new ones, which a rolling Deployment starts beside it',
  detect,
};

function detect({ id, object, progress, seen }: Case): Detection[] {
  if (progress.ready) return [];
  return everyPod(object, seen)
    .filter((pod) => !isWanted(pod))
    .map((pod): Detection => {
      const { uid = '', name, deletionGracePeriodSeconds = 30, finalizers = [] } = pod.metadata;
      const own = deletionGracePeriodSeconds * 1_000;
      const held = finalizers.length === 0 ? '' : `, held by ${finalizers.join(', ')}`;
      const { nodeName } = (pod.spec as { nodeName?: string } | undefined) ?? {};
      return {
        subject: describeObject(id),
        ...(isWaitedFor(object) ? {} : { severity: 'advisory' }),
        // When its containers have ended, the kubelet sets the period to 0: what keeps it then has a patience of its own.
        key: `${uid} ${deletionGracePeriodSeconds}`,
        grace: { strict: own + onTop.strict, balanced: own + onTop.balanced },
        cause: `pod ${name} is being deleted and does not go${held}`,
        proof: `deletionTimestamp ${pod.metadata.deletionTimestamp}, grace period ${deletionGracePeriodSeconds}s${held}`,
        remedy:
          finalizers.length > 0
            ? 'whatever set the finalizer must take it away'
            : `see whether its node${nodeName === undefined ? '' : ` ${nodeName}`} is up; if it is gone for good, delete the pod with --force`,
      };
    });
}

/** Whether the next pod is only made when this one has gone. */
const isWaitedFor = ({ kind, spec }: KubeObject): boolean =>
  kind === 'Deployment'
    ? (spec as { strategy?: { type?: string } } | undefined)?.strategy?.type === 'Recreate'
    : ['StatefulSet', 'DaemonSet', 'Pod'].includes(kind);

import { describeObject } from '../../kubernetes.ts';
import { inabilityOf } from '../../workloads/inability.ts';
import { missingObjects } from '../../workloads/missing-objects.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { containersOf } from '../../workloads/pod-status.ts';
import { sayContainer } from '../../workloads/pods.ts';
import { oneLine } from '../../words.ts';
import type { Case, Detection, Grace, Rule } from './rule.ts';

const graces = { 'any other error': { strict: 60_000, balanced: 180_000 } } as const satisfies Record<
  string,
  Grace
>;

export const notCreated: Rule = {
  name: 'NotCreated',
  severity: 'likely',
  kinds: podKinds,
  when: 'CreateContainerConfigError or CreateContainerError that is neither about a missing object nor about an executable. Terminal: the image’s user is root, or has no number, and runAsNonRoot forbids it',
  graces,
  lull: 30_000,
  trap: 'a busy runtime says "context deadline exceeded" and "failed to reserve container name" for minutes, and then creates it; "failed to sync configmap cache" passes by itself. What user an image runs as, and what the pod allows, do not change by trying again',
  detect,
};

const passes = /failed to sync (?:secret|configmap) cache/;

/** The kubelet's words for each way in which it enforces runAsNonRoot (security_context_others.go). */
const asRoot = /runAsNonRoot and image|runAsUser breaks non-root policy/;

function detect({ id, pods }: Case): Detection[] {
  return pods.flatMap((pod) =>
    containersOf(pod).flatMap((container): Detection[] => {
      const { name, state } = container.status;
      const { reason = '', message = '' } = state?.waiting ?? {};
      if (!/^CreateContainer(?:Config)?Error$/.test(reason)) return [];
      if (
        passes.test(message) ||
        missingObjects(message).length > 0 ||
        inabilityOf(container.status) !== undefined
      )
        return [];
      const isRoot = asRoot.test(message);
      const said = oneLine(message.replace(/ \(pod: .*$/, '') || reason, 200);
      return [
        {
          subject: describeObject(id),
          key: `${pod.metadata.uid} ${name}`,
          ...(isRoot ? { severity: 'terminal' } : { grace: graces['any other error'] }),
          cause: `${sayContainer(pod, container)} cannot be created: ${said}`,
          proof: oneLine(`${reason}: ${message}`, 400),
          remedy: isRoot
            ? 'give the image a USER by number that is not 0, or set securityContext.runAsUser'
            : 'see the events of the pod (kubectl describe pod), and the log of the kubelet and the runtime of its node',
        },
      ];
    }),
  );
}

import { describeObject } from '../../kubernetes.ts';
import { podStatus } from '../../workloads/pod-status.ts';
import { blockedPods } from '../../workloads/pods.ts';
import type { Case, Detection, Rule } from './rule.ts';

export const failedPod: Rule = {
  name: 'PodFailed',
  severity: 'terminal',
  kinds: ['/Pod'],
  when: 'phase Failed of a pod that no controller owns',
  trap: 'a pod with a controller is replaced, so it is never asked about here; a container that exits under restartPolicy Always or OnFailure does not make the phase Failed',
  detect,
};

function detect({ id, object, seen }: Case): Detection | undefined {
  const { phase } = podStatus(object);
  if (phase !== 'Failed' || object.metadata.ownerReferences?.some((owner) => owner.controller === true))
    return undefined;
  const cause = blockedPods([object], seen).replace(`pod ${object.metadata.name} `, '');
  return {
    subject: describeObject(id),
    cause: cause === '' ? 'it failed' : cause,
    proof: `phase Failed, ${cause}`,
    remedy: 'nothing starts a bare pod again: mend its cause, or let a Deployment or a Job own it',
  };
}

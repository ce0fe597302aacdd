import { describeObject } from '../../kubernetes.ts';
import { conditionOf } from '../../workloads/conditions.ts';
import { podKinds } from '../../workloads/newest-pods.ts';
import { lostClaim } from '../../workloads/volume-claim.ts';
import { oneLine } from '../../words.ts';
import type { Case, Detection, Rule } from './rule.ts';

export const claimLost: Rule = {
  name: 'ClaimLost',
  severity: 'terminal',
  kinds: ['/PersistentVolumeClaim', ...podKinds],
  when: 'phase Lost of a claim, or the scheduler says of a pod’s claim that its volume does not exist',
  trap: 'a claim that is Pending may be waiting for its first consumer (helm#8715): that is no loss. A StatefulSet’s claims are not in the manifest: only the scheduler tells of them',
  detect: (about) => (about.object.kind === 'PersistentVolumeClaim' ? detectClaim(about) : detectPods(about)),
};

const remedy =
  'its volume was deleted, and the data with it unless there is a copy: restore a backup into a new claim';

function detectClaim({ id, object }: Case): Detection | undefined {
  const { phase } = (object.status as { phase?: string } | undefined) ?? {};
  if (phase !== 'Lost') return undefined;
  const volume = (object.spec as { volumeName?: string } | undefined)?.volumeName;
  const cause = `its volume ${volume === undefined ? '' : `${volume} `}does not exist any more`;
  return { subject: describeObject(id), cause, proof: 'phase Lost', remedy };
}

function detectPods({ id, pods }: Case): Detection[] {
  return pods.flatMap((pod): Detection[] => {
    const { status, message = '' } = conditionOf(pod, 'PodScheduled') ?? {};
    const lost = status === 'False' ? lostClaim(message) : undefined;
    if (lost === undefined) return [];
    const cause = `pod ${pod.metadata.name}: the volume ${lost.volume} of its claim ${lost.claim} does not exist any more`;
    return [{ subject: describeObject(id), cause, proof: oneLine(message, 400), remedy }];
  });
}

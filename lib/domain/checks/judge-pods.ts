import type { KubeObject } from '../kubernetes.ts';
import { podStatus } from '../workloads/pod-status.ts';
import { blockedPods, isPodReady, isWanted } from '../workloads/pods.ts';
import type { Miss, PodsCheck } from './types.ts';

interface Container {
  readonly image?: string;
  readonly imageID?: string;
}

/** Whether the pods of a selector are all ready and each runs the digest: in one container at least, for sidecars differ. */
export function judgePods(
  { selector, namespace, atLeast, digest }: PodsCheck,
  found: readonly KubeObject[],
): Miss | undefined {
  const pods = found.filter((pod) => isWanted(pod) && !isOver(pod));
  if (pods.length < atLeast) {
    const none = pods.length === 0 ? 'no pod' : `${pods.length} pod${pods.length === 1 ? '' : 's'}`;
    return { reason: `${none} of ${selector} in ${namespace}, expected ${atLeast} or more` };
  }
  const waiting = pods.filter((pod) => !isPodReady(pod));
  if (waiting.length > 0) {
    const why = blockedPods(waiting, { warnings: () => [], ownedBy: () => [], find: () => undefined });
    return { reason: `${pods.length - waiting.length} of ${pods.length} pods are ready: ${why}` };
  }
  const others =
    digest === undefined ? [] : pods.filter((pod) => !imagesOf(pod).some((image) => image.endsWith(digest)));
  const [other] = others;
  if (other === undefined) return undefined;
  const runs = [...new Set(others.flatMap(imagesOf))].join(', ');
  return {
    reason: `${others.length} of ${pods.length} pods run another image (${other.metadata.name}): ${runs}`,
  };
}

const isOver = (pod: KubeObject): boolean => ['Succeeded', 'Failed'].includes(podStatus(pod).phase ?? '');

/** What the runtime reports, and what the pod asks for: an index's digest stands only in the latter. */
function imagesOf(pod: KubeObject): string[] {
  const status =
    (pod.status as { containerStatuses?: readonly Container[] } | undefined)?.containerStatuses ?? [];
  const spec = (pod.spec as { containers?: readonly Container[] } | undefined)?.containers ?? [];
  return [...status.map(({ imageID }) => imageID), ...spec.map(({ image }) => image)].filter(
    (image): image is string => image !== undefined && image !== '',
  );
}

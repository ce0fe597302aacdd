import { matchImage } from '../images/matches.ts';
import { parseImageRef } from '../image-ref.ts';
import type { KubeObject } from '../kubernetes.ts';
import type { Resolution } from '../registry.ts';
import { podStatus } from '../workloads/pod-status.ts';
import { blockedPods, isPodReady, isWanted } from '../workloads/pods.ts';
import { plural } from '../words.ts';
import type { Miss, PodsCheck } from './types.ts';

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly imageID?: string;
}

export type PodsVerdict =
  | { readonly kind: 'as expected' }
  | { readonly kind: 'miss'; readonly miss: Miss }
  /** What runs cannot be told from what was asked: the registry did not say what is in it. */
  | { readonly kind: 'unknown'; readonly miss: Miss }
  /** These references must be resolved first: a runtime may report a platform's manifest, or a config. */
  | { readonly kind: 'ask'; readonly references: readonly string[] };

/**
 * Whether the pods of a selector are all ready and each runs the digest, in one container at least: which of them it is
 * nobody said, and sidecars differ. What a pod's spec asks for is no proof: it may be changed under a running container.
 */
export function judgePods(
  check: PodsCheck,
  found: readonly KubeObject[],
  resolutions: Readonly<Record<string, Resolution>>,
): PodsVerdict {
  const { selector, namespace, atLeast, digest } = check;
  const pods = found.filter((pod) => isWanted(pod) && !isOver(pod));
  if (pods.length < atLeast) {
    const some = pods.length === 0 ? 'no pod' : plural(pods.length, 'pod');
    return miss(`${some} of ${selector} in ${namespace}, expected ${atLeast} or more`);
  }
  const waiting = pods.filter((pod) => !isPodReady(pod));
  if (waiting.length > 0) {
    const why = blockedPods(waiting, { warnings: () => [], ownedBy: () => [], find: () => undefined });
    return miss(`${pods.length - waiting.length} of ${pods.length} pods are ready: ${why}`);
  }
  return digest === undefined ? { kind: 'as expected' } : judgeImages(check, digest, pods, resolutions);
}

const miss = (reason: string): PodsVerdict => ({ kind: 'miss', miss: { reason } });

const isOver = (pod: KubeObject): boolean => ['Succeeded', 'Failed'].includes(podStatus(pod).phase ?? '');

function judgeImages(
  { repository }: PodsCheck,
  digest: string,
  pods: readonly KubeObject[],
  resolutions: Readonly<Record<string, Resolution>>,
): PodsVerdict {
  const others = pods
    .map((pod) => ({ pod, containers: matched(pod, digest, repository, resolutions) }))
    .filter(({ containers }) => !containers.some(({ match }) => match.kind === 'matches'));
  const [other] = others;
  if (other === undefined) return { kind: 'as expected' };

  const containers = others.flatMap((each) => each.containers);
  const references = containers.map(({ reference }) => reference).filter((each) => !(each in resolutions));
  if (references.length > 0) return { kind: 'ask', references: [...new Set(references)] };

  // Where the digest was found is where it belongs: what a sidecar's registry says of it is of no interest then.
  const own = containers.filter(({ reference }) => resolutions[reference]?.kind === 'found');
  const [silent] = (own.length > 0 ? [] : containers).flatMap(({ reference }) => {
    const resolution = resolutions[reference];
    return resolution?.kind === 'unknown' ? [`${reference}: ${resolution.reason}`] : [];
  });
  const runs = [...new Set((own.length > 0 ? own : containers).map(({ imageId }) => imageId))].join(', ');
  const these = `${others.length} of ${pods.length} pods`;
  const reason = `${these} run another image (${other.pod.metadata.name}): ${runs}`;
  if (silent === undefined) return { kind: 'miss', miss: { reason } };
  const untold = `whether ${these} run ${digest} cannot be told (${other.pod.metadata.name} runs ${runs}): ${silent}`;
  return { kind: 'unknown', miss: { reason: untold } };
}

/** Each container that has started, and what it is of the digest: of the repository named, or else of its own. */
function matched(
  pod: KubeObject,
  digest: string,
  repository: string | undefined,
  resolutions: Readonly<Record<string, Resolution>>,
) {
  return containersOf(pod).map(({ image, imageId }) => {
    const { registry, repository: path } = parseImageRef(image) ?? {};
    const own = path === undefined ? image : `${registry}/${path}`;
    const reference = `${repository ?? own}@${digest}`;
    const resolution = resolutions[reference] ?? { kind: 'unknown', reason: 'nobody asked' };
    return { imageId, reference, match: matchImage(reference, imageId, resolution) };
  });
}

function containersOf(pod: KubeObject): { readonly image: string; readonly imageId: string }[] {
  const { containers = [] } = (pod.spec ?? {}) as { containers?: readonly Container[] };
  const { containerStatuses = [] } = (pod.status ?? {}) as { containerStatuses?: readonly Container[] };
  return containerStatuses.flatMap(({ name, imageID = '' }) =>
    imageID === ''
      ? []
      : [{ image: containers.find((each) => each.name === name)?.image ?? '', imageId: imageID }],
  );
}

import { parseImageRef } from '../image-ref.ts';
import type { Resolution } from '../registry.ts';

/** What a runtime reports of one container. */
export interface RunningImage {
  /** `Deployment/web/app`. */
  readonly container: string;
  readonly pod: string;
  /** The reference that the pod spec asks for. */
  readonly asked: string;
  /** `repo@sha256:…`, `sha256:…`, `docker-pullable://…`; empty while not started. */
  readonly imageId: string;
}

export type ImageMatch =
  | { readonly kind: 'matches'; readonly as: 'manifest' | 'platform' | 'config' }
  | { readonly kind: 'differs'; readonly runs: string }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * Whether a running container is the image that was asked for by digest. Runtimes report the manifest, the
 * platform's manifest inside an index, or the config: any of them matches. What cannot be resolved is unknown.
 */
export function matchImage(asked: string, imageId: string, resolution: Resolution): ImageMatch {
  const digest = parseImageRef(asked)?.digest;
  if (digest === undefined) return { kind: 'unknown', why: `${asked} names no digest` };
  const runs = /sha256:[0-9a-f]{64}$/.exec(imageId)?.[0];
  if (runs === undefined) {
    return { kind: 'unknown', why: imageId === '' ? 'it has not started' : `its runtime reports ${imageId}` };
  }
  if (runs === digest) return { kind: 'matches', as: 'manifest' };
  if (resolution.kind === 'absent')
    return { kind: 'unknown', why: `${asked} is not in its registry, and ${runs} runs` };
  if (resolution.kind === 'unknown') {
    return {
      kind: 'unknown',
      why: `${runs} runs, and the registry could not be asked: ${resolution.reason}`,
    };
  }
  const { image } = resolution;
  if (runs === image.digest) return { kind: 'matches', as: 'manifest' };
  if (image.platforms.some((platform) => platform.digest === runs))
    return { kind: 'matches', as: 'platform' };
  if (image.configs.includes(runs)) return { kind: 'matches', as: 'config' };
  return { kind: 'differs', runs };
}

export interface ReadBack {
  readonly outcome: 'pass' | 'fail' | 'inconclusive';
  /** Container → what runs there, as `reference` by digest or what the runtime reports: the output `images`. */
  readonly images: Readonly<Record<string, string>>;
  /** One line for each container that is not what was asked, or of which that is not known. */
  readonly differing: readonly string[];
  readonly unknown: readonly string[];
  /** Asked for by digest, and no pod of it was seen. */
  readonly unseen: readonly string[];
}

/**
 * Judges what runs against what was rendered. Containers that nobody rendered (mesh sidecars) and those rendered
 * without a digest are not judged. `resolutions` is keyed by the reference as rendered.
 */
export function readBack(
  rendered: Readonly<Record<string, string>>,
  running: readonly RunningImage[],
  resolutions: Readonly<Record<string, Resolution>>,
): ReadBack {
  const asked = running.filter(({ container }) => Object.hasOwn(rendered, container));
  const judged = asked
    .map((one) => ({ ...one, ref: rendered[one.container] ?? '' }))
    .filter(({ ref }) => hasDigest(ref))
    .map((one) => ({ ...one, match: matchImage(one.ref, one.imageId, resolutions[one.ref] ?? notAsked) }));
  const differing = judged.flatMap(({ container, pod, ref, match }) =>
    match.kind === 'differs' ? [`${container} in pod ${pod} runs ${match.runs}, not ${ref}`] : [],
  );
  const unknown = judged.flatMap(({ container, pod, match }) =>
    match.kind === 'unknown' ? [`${container} in pod ${pod}: ${match.why}`] : [],
  );
  const seen = new Set(asked.map(({ container }) => workloadOf(container)));
  return {
    outcome: differing.length > 0 ? 'fail' : unknown.length > 0 ? 'inconclusive' : 'pass',
    images: Object.fromEntries(
      asked.map((one) => [one.container, runningReference(one, rendered, resolutions)]),
    ),
    differing,
    unknown,
    unseen: Object.entries(rendered).flatMap(([container, ref]) =>
      hasDigest(ref) && !seen.has(workloadOf(container)) ? [container] : [],
    ),
  };
}

/** `Deployment/web` of `Deployment/web/app`: an init container has ended, but its pod is there. */
const workloadOf = (container: string): string => container.slice(0, container.lastIndexOf('/'));

const notAsked: Resolution = { kind: 'unknown', reason: 'nobody asked it' };

const hasDigest = (ref: string): boolean => parseImageRef(ref)?.digest !== undefined;

/** The reference that was asked where that is what runs, else its name with the digest that runs. */
function runningReference(
  { container, imageId }: RunningImage,
  rendered: Readonly<Record<string, string>>,
  resolutions: Readonly<Record<string, Resolution>>,
): string {
  const ref = rendered[container] ?? '';
  const runs = /sha256:[0-9a-f]{64}$/.exec(imageId)?.[0];
  if (runs === undefined) return ref;
  if (!hasDigest(ref)) return `${ref}@${runs}`;
  const differs = matchImage(ref, imageId, resolutions[ref] ?? notAsked).kind === 'differs';
  return differs ? `${ref.replace(/@.*$/, '')}@${runs}` : ref;
}

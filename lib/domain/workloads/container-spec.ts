/** The part of a container's spec that rules read, as the API writes it. */
import type { Milliseconds } from '../duration.ts';
import type { KubeObject } from '../kubernetes.ts';

export interface ProbeSpec {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
  readonly successThreshold?: number;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image?: string;
  readonly resources?: { readonly limits?: { readonly memory?: string } };
  readonly readinessProbe?: ProbeSpec;
  readonly volumeMounts?: readonly { readonly mountPath: string }[];
}

interface PodSpec {
  readonly containers?: readonly ContainerSpec[];
  readonly initContainers?: readonly ContainerSpec[];
  readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
}

const specOf = (pod: KubeObject): PodSpec => (pod.spec as PodSpec | undefined) ?? {};

export function containerSpec(pod: KubeObject, name: string): ContainerSpec | undefined {
  const { containers = [], initContainers = [] } = specOf(pod);
  return [...containers, ...initContainers].find((container) => container.name === name);
}

/** How long a container may fail this probe before its author calls it failed. */
export function probeBudget(probe: ProbeSpec): Milliseconds {
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3, successThreshold = 1 } = probe;
  return (initialDelaySeconds + periodSeconds * (failureThreshold + successThreshold - 1)) * 1_000;
}

/** The claims that a pod mounts, by name. */
export const claimsOf = (pod: KubeObject): readonly string[] =>
  (specOf(pod).volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);

/** Every pod has it, and nothing is started from there. */
const ownToken = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Whether what is to be run may lie on a volume of the container rather than in its image. A bare name is looked up in
 * PATH, which is the image's; where in the dark, any volume will do.
 */
export function mayBeOnVolume(path: string, container: ContainerSpec | undefined): boolean {
  const mounts = (container?.volumeMounts ?? [])
    .map(({ mountPath }) => mountPath)
    .filter((m) => m !== ownToken);
  if (path !== '' && !path.includes('/')) return false;
  if (!path.startsWith('/')) return mounts.length > 0;
  return mounts.some((mount) => path === mount || path.startsWith(`${mount.replace(/\/$/, '')}/`));
}

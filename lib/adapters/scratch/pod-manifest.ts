/** A scratch server as a Pod, and what of the database's own pod it takes over. Pure. */
import { scratchLabel } from '../../domain/database/scratch-mark.ts';
import type { Milliseconds } from '../../domain/duration.ts';

/** Where the server's data are, in the pod. */
export const podFolder = '/slipway';
export const podContainer = 'scratch';

interface Security {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly fsGroup?: number;
  readonly supplementalGroups?: readonly number[];
}

/** Of a Pod as the API gives it, what is read here. */
export interface SourcePod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly securityContext?: Security;
    }[];
    readonly securityContext?: Security;
    readonly imagePullSecrets?: readonly { readonly name: string }[];
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly unknown[];
  };
  readonly status?: {
    readonly containerStatuses?: readonly { readonly name: string; readonly imageID?: string }[];
  };
}

/** What a scratch pod has in common with the database's own. */
export interface Likeness {
  readonly image: string;
  /** Whether it runs as somebody other than root by what its pod says. */
  readonly nonRoot: boolean;
  readonly security: Security;
  /** Lets it be pulled and scheduled where the database's own pod is. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The container that is named, else the pod's first: kubectl's own choice. */
export function likenessOf(pod: SourcePod, container: string | undefined, namespace: string): Likeness {
  const { containers, securityContext, imagePullSecrets, nodeSelector, tolerations } = pod.spec;
  const found = containers.find(({ name }) => name === container) ?? containers[0];
  const security = { ...securityContext, ...found?.securityContext };
  const { runAsUser, runAsGroup, runAsNonRoot, fsGroup, supplementalGroups } = security;
  const id = pod.status?.containerStatuses?.find(({ name }) => name === found?.name)?.imageID ?? '';
  const secrets = namespace === pod.metadata.namespace ? { imagePullSecrets } : {};
  return {
    // With its digest, for a tag may mean another image by now; some runtimes give only an id, which nobody can pull.
    image: id.includes('@sha256:') ? id.replace(/^[a-z-]+:\/\//, '') : (found?.image ?? ''),
    nonRoot: runAsNonRoot === true || (runAsUser ?? 0) > 0,
    security: given({ runAsUser, runAsGroup, fsGroup, supplementalGroups }),
    spec: given({ ...secrets, nodeSelector, tolerations }),
  };
}

export interface PodOrder {
  readonly name: string;
  readonly namespace: string;
  /** As `markText` writes it. */
  readonly mark: string;
  readonly image: string;
  readonly like?: Omit<Likeness, 'image'>;
  /** Of the node's disk, in bytes. */
  readonly room: number;
  /** Requested in any case, and a limit where it is `bounded`. */
  readonly memory: { readonly bytes: number; readonly bounded: boolean };
  /** In thousandths of a core; a limit too where it is given. */
  readonly cpu?: number;
  readonly lifetime: Milliseconds;
  readonly program: readonly string[];
  /** What succeeds once it answers. */
  readonly answers?: readonly string[];
  /** As the namespace's policy "restricted" wants it: never root. */
  readonly restricted: boolean;
}

const usualCpu = 100;

export function podManifest(order: PodOrder): object {
  const { name, namespace, mark, image, like, lifetime, program, answers } = order;
  const requests = {
    cpu: `${order.cpu ?? usualCpu}m`,
    memory: String(order.memory.bytes),
    'ephemeral-storage': String(order.room),
  };
  const limits = {
    ...(order.memory.bounded ? { memory: requests.memory } : {}),
    ...(order.cpu === undefined ? {} : { cpu: requests.cpu }),
  };
  const probe = { exec: { command: answers }, periodSeconds: 1, timeoutSeconds: 10, failureThreshold: 3 };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      // A sidecar would outlive the server, and need a network.
      labels: {
        [scratchLabel]: mark,
        'app.kubernetes.io/managed-by': 'slipway',
        'sidecar.istio.io/inject': 'false',
      },
      annotations: {
        'linkerd.io/inject': 'disabled',
        'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
      },
    },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: Math.ceil(lifetime / 1_000),
      terminationGracePeriodSeconds: 5,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...like?.spec,
      securityContext: {
        ...like?.security,
        ...(order.restricted ? { runAsNonRoot: true } : {}),
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: podContainer,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: program,
          resources: { requests, ...(Object.keys(limits).length === 0 ? {} : { limits }) },
          // Its last lines are in its status, so that nobody needs to be allowed to read logs.
          terminationMessagePolicy: 'FallbackToLogsOnError',
          volumeMounts: [{ name: 'data', mountPath: podFolder }],
          ...(answers === undefined ? {} : { readinessProbe: probe }),
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'], ...(order.restricted ? {} : { add: ['SETUID', 'SETGID'] }) },
          },
        },
      ],
      volumes: [{ name: 'data', emptyDir: { sizeLimit: String(order.room) } }],
    },
  };
}

const given = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

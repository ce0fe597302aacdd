/** The objects that cases ship: one workload of the sample service each, broken on purpose or not. */
import type { Manifest, Stage } from './case.ts';

export interface PodParts {
  /** `web` unless given. */
  readonly name?: string;
  readonly image?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Over the container's and the pod's usual fields. */
  readonly container?: object;
  readonly pod?: object;
  readonly labels?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

export const serving = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1, failureThreshold: 3 };

export const environment = (env: Readonly<Record<string, string>>): object[] =>
  Object.entries({ DRAIN: '0s', ...env }).map(([name, value]) => ({ name, value }));

/** An emptyDir in which the service counts its crashes. */
export const counting = {
  container: { volumeMounts: [{ name: 'state', mountPath: '/state' }] },
  pod: { volumes: [{ name: 'state', emptyDir: {} }] },
};

export const container = (stage: Stage, { image, env = {}, container: more = {} }: PodParts): object => ({
  name: 'app',
  image: image ?? stage.service,
  env: environment(env),
  readinessProbe: serving,
  ...more,
});

const template = (stage: Stage, parts: PodParts): object => ({
  metadata: { labels: { app: parts.name ?? 'web', ...parts.labels }, finalizers: parts.finalizers ?? [] },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [container(stage, parts)],
    ...parts.pod,
  },
});

const workload =
  (kind: string, usual: object) =>
  (stage: Stage, parts: PodParts = {}, spec: object = {}): Manifest => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: parts.name ?? 'web' },
    spec: {
      ...usual,
      selector: { matchLabels: { app: parts.name ?? 'web' } },
      template: template(stage, parts),
      ...spec,
    },
  });

export const deployment = workload('Deployment', { replicas: 1, revisionHistoryLimit: 1 });
export const statefulSet = workload('StatefulSet', { replicas: 2, serviceName: 'web' });
export const daemonSet = workload('DaemonSet', {});

/** A Job of the service's own `job` command. */
export const job = (
  stage: Stage,
  args: readonly string[],
  spec: object = {},
  pod: object = {},
): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'web' },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'app', image: stage.service, args: ['job', ...args], ...counting.container }],
        ...counting.pod,
        ...pod,
      },
    },
    ...spec,
  },
});

/** It serves nothing, so that it is never ready: without a probe it would be as soon as it runs. */
export const barePod = (stage: Stage, args: readonly string[], pod: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'app',
        image: stage.service,
        args: ['job', ...args],
        readinessProbe: serving,
        ...counting.container,
      },
    ],
    ...counting.pod,
    ...pod,
  },
});

/** In place of the emptyDir of `counting`: a Job's tries are pods of their own, and the API counts them. */
export const countingTries = {
  spec: { completionMode: 'Indexed', completions: 1, parallelism: 1, backoffLimitPerIndex: 4 },
  pod: {
    volumes: [
      {
        name: 'state',
        downwardAPI: {
          items: [
            {
              path: 'crashes',
              fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-index-failure-count']" },
            },
          ],
        },
      },
    ],
  },
};

/** A claim that no class provides for. */
export const claim = (name: string, volumeName?: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: '',
    resources: { requests: { storage: '1Mi' } },
    ...(volumeName === undefined ? {} : { volumeName }),
  },
});

export const mounting = (claimName: string): Required<Pick<PodParts, 'container' | 'pod'>> => ({
  container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
  pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] },
});

/** What Pod Security's `restricted` asks for. */
export const restricted = {
  pod: {
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
  },
  container: { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
};

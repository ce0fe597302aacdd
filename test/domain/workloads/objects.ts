/** Builders of the API's objects, as small as a rule needs them. */
import type { KubeObject, ObjectMeta } from '../../../lib/domain/kubernetes.ts';
import { kindOf } from '../../../lib/domain/workloads/kinds.ts';
import { World } from '../../../lib/domain/verdict/world.ts';

type Partial_ = { meta?: Partial<ObjectMeta>; spec?: unknown; status?: unknown };

let version = 1_000;

export function object(
  apiVersion: string,
  kind: string,
  name: string,
  { meta = {}, spec, status }: Partial_ = {},
): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${kind}-${name}`,
      generation: 1,
      resourceVersion: String(version++),
      ...meta,
    },
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  };
}

export const owner = (kind: string, name: string) => ({
  ownerReferences: [{ kind, name, uid: `uid-${kind}-${name}`, controller: true }],
});

export const deploymentOf = (spec: object, status: object, meta: Partial<ObjectMeta> = {}): KubeObject =>
  object('apps/v1', 'Deployment', 'web', {
    meta,
    spec,
    status: { observedGeneration: meta.generation ?? 1, ...status },
  });

export const replicaSetOf = (name: string, revision: number, more: Partial_ = {}): KubeObject =>
  object('apps/v1', 'ReplicaSet', name, {
    ...more,
    meta: {
      ...owner('Deployment', 'web'),
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ...more.meta,
    },
  });

export const podOf = (
  name: string,
  by: [kind: string, name: string],
  status: object,
  meta: Partial<ObjectMeta> = {},
): KubeObject => object('v1', 'Pod', name, { meta: { ...owner(...by), ...meta }, status });

export const readyPod = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

export const waiting = (reason: string, message = '', more: object = {}) => ({
  phase: 'Pending',
  containerStatuses: [
    { name: 'app', ready: false, restartCount: 0, state: { waiting: { reason, message } }, ...more },
  ],
});

export const warning = (about: KubeObject, reason: string, message: string, fieldPath = ''): KubeObject => ({
  ...object('v1', 'Event', `${about.metadata.name}.${version}`),
  type: 'Warning',
  reason,
  message,
  involvedObject: { uid: about.metadata.uid, fieldPath },
});

export function seen(...objects: KubeObject[]): World {
  const world = new World();
  for (const each of objects) world.observe(each);
  return world;
}

/** One case of readiness: `standing` of the object, with these around it. */
export type Row = readonly [what: string, standing: string, object: KubeObject, ...around: KubeObject[]];

/** `ready 2/2`, or `1/2 and what it is blocked on`. */
export function standing(about: KubeObject, around: readonly KubeObject[]): string {
  const { ready, done, wanted, blockedOn } = kindOf(about).assess(about, seen(about, ...around));
  return ready ? `ready ${done}/${wanted}` : `${done}/${wanted} ${blockedOn}`;
}

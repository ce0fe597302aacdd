/** Short words for observations, so that a test reads as what happened. */
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import { objectKey, type Expectation, type Observation } from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';

export const web: ObjectId = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

export const saw = (at: number, object: KubeObject): Observation => ({ at, kind: 'object', object });

export const gone = (at: number, object: KubeObject): Observation => ({
  at,
  kind: 'gone',
  id: idOf(object),
  uid: object.metadata.uid ?? '',
});

/** Helm has applied; these objects were then in the API's list. */
export const applied = (at: number, ...objects: KubeObject[]): Observation => ({
  at,
  kind: 'applied',
  generations: Object.fromEntries(objects.map((o) => [objectKey(idOf(o)), o.metadata.generation ?? 0])),
  uids: Object.fromEntries(objects.map((o) => [objectKey(idOf(o)), o.metadata.uid ?? ''])),
});

export const blind = (
  at: number,
  because: 'lost' | 'forbidden' = 'lost',
  resource = 'apps/Deployment',
): Observation => ({
  at,
  kind: 'blind',
  resource,
  namespace: 'shop',
  reason: because === 'lost' ? 'connection refused' : 'deployments.apps is forbidden',
  because,
});

export const sighted = (at: number, resource = 'apps/Deployment'): Observation => ({
  at,
  kind: 'sighted',
  resource,
  namespace: 'shop',
});

/** Judged from 0 to 1000. */
export const expecting = (...gated: ObjectId[]): Expectation => ({ gated, deadline: 1_000, timeout: 1_000 });

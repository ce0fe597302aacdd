import type { KubeObject } from '../kubernetes.ts';
import { blocked, ready, type Kind, type Progress, type Seen } from './kind.ts';
import { reasonAndMessage } from '../words.ts';

export const service: Kind = {
  name: '/Service',
  gates: 'advisory',
  ready: 'of type LoadBalancer: it has been given an address; any other type: it exists',
  trap: 'a cluster without a load balancer controller never gives one: gates only when asked to',
  assess: (object, seen) =>
    (object.spec as { type?: string } | undefined)?.type === 'LoadBalancer'
      ? addressed(object, seen)
      : ready(1),
  needs: ['Event'],
};

export const ingress: Kind = {
  name: 'networking.k8s.io/Ingress',
  gates: 'asked',
  ready: 'it has been given an address',
  trap: 'many ingress controllers never write one: gates only when asked to',
  assess: addressed,
  needs: ['Event'],
};

function addressed(object: KubeObject, seen: Seen): Progress {
  const { loadBalancer } = (object.status as { loadBalancer?: { ingress?: unknown[] } } | undefined) ?? {};
  if ((loadBalancer?.ingress?.length ?? 0) > 0) return ready(1);
  const [warning] = seen.warnings(object.metadata.uid ?? '');
  return blocked(
    0,
    1,
    reasonAndMessage('no address yet', warning && reasonAndMessage(warning.reason, warning.message)),
  );
}

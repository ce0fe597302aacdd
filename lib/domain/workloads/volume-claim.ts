import type { KubeObject } from '../kubernetes.ts';
import { blocked, ready, type Kind, type Progress, type Seen } from './kind.ts';
import { reasonAndMessage } from '../words.ts';

export const volumeClaim: Kind = {
  name: '/PersistentVolumeClaim',
  gates: 'advisory',
  ready: 'it is Bound',
  trap: 'with WaitForFirstConsumer it binds only once a pod uses it (helm#8715): the pods that use it decide, and they are not ready without it',
  assess,
  needs: ['Event'],
};

function assess(object: KubeObject, seen: Seen): Progress {
  const phase = (object.status as { phase?: string } | undefined)?.phase ?? 'Pending';
  if (phase === 'Bound') return ready(1);
  const [warning] = seen.warnings(object.metadata.uid ?? '');
  return blocked(0, 1, reasonAndMessage(phase, warning && reasonAndMessage(warning.reason, warning.message)));
}

/** What the scheduler says of a pod whose claim is Lost. */
export function lostClaim(message: string): { claim: string; volume: string } | undefined {
  const [, claim, volume] =
    /persistentvolumeclaim "([^"]+)" bound to non-existent persistentvolume "([^"]+)"/.exec(message) ?? [];
  return claim === undefined || volume === undefined ? undefined : { claim, volume };
}

/** How a lock looks as a Lease of coordination.k8s.io/v1. */
import { holderText, lockTimes, parseHolder } from '../../domain/lock/decide.ts';
import type { LockHolder } from '../../domain/lock/decide.ts';
import type { KubeObject, ReleaseRef } from '../../domain/kubernetes.ts';

export interface Lease extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export const leaseName = ({ name }: ReleaseRef): string => `slipway-${name}`;

/** MicroTime, as the API wants it: six digits after the second. */
const microTime = (now: number): string => new Date(now).toISOString().replace('Z', '000Z');

/** The Lease as `holder` takes it, free (`found` undefined) or from somebody else. */
export function leaseOf(release: ReleaseRef, holder: LockHolder, now: number, found?: Lease): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: leaseName(release),
      namespace: release.namespace,
      ...(found?.metadata.resourceVersion && { resourceVersion: found.metadata.resourceVersion }),
      labels: { 'app.kubernetes.io/managed-by': 'slipway', 'slipway.dev/release': release.name },
      annotations: { 'slipway.dev/pid': String(holder.pid), 'slipway.dev/runner': holder.runner },
    },
    spec: {
      holderIdentity: holderText(holder),
      leaseDurationSeconds: lockTimes.expiry / 1_000,
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions: found === undefined ? 0 : (found.spec.leaseTransitions ?? 0) + 1,
    },
  };
}

export const renewed = (lease: Lease, now: number): Lease => ({
  ...lease,
  spec: { ...lease.spec, renewTime: microTime(now) },
});

/** Who holds it: undefined for nobody, `unreadable` for a text that is not ours. */
export function holderOf({
  metadata: { annotations = {} },
  spec,
}: Lease): LockHolder | 'unreadable' | undefined {
  if (!spec.holderIdentity) return undefined;
  const pid = Number(annotations['slipway.dev/pid']) || 0;
  return parseHolder(spec.holderIdentity, pid, annotations['slipway.dev/runner'] ?? '') ?? 'unreadable';
}

export const renewedAt = ({ spec }: Lease): number => Date.parse(spec.renewTime ?? '') || 0;

/** How a lock looks as a Lease of coordination.k8s.io/v1. */
import { holderText, lockTimes, parseHolder } from '../../domain/lock/decide.ts';
import type { LockHolder } from '../../domain/lock/decide.ts';
import { markText, parseMark } from '../../domain/lock/next.ts';
import type { NextMark } from '../../domain/lock/next.ts';
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

const nextAnnotation = 'slipway.dev/next';

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

/** Which renewal of which holder this is: what others write on the Lease beside it is no sign of life. */
export const lifeSign = ({ metadata: { uid }, spec }: Lease): string =>
  `${uid} ${spec.holderIdentity} ${spec.renewTime}`;

/** The rollback that asked to be next, if any. */
export const nextOf = ({ metadata: { annotations = {} } }: Lease): NextMark | undefined =>
  parseMark(annotations[nextAnnotation] ?? '');

/** The Lease of somebody else, with the mark of one who waits. */
export const markedBy = (lease: Lease, waiting: LockHolder, now: number): Lease =>
  annotated(lease, { ...lease.metadata.annotations, [nextAnnotation]: markText(waiting, now) });

export function unmarked(lease: Lease): Lease {
  const { [nextAnnotation]: _, ...others } = lease.metadata.annotations ?? {};
  return annotated(lease, others);
}

/** Held by nobody, kept for the mark on it: a Lease that is deleted takes the mark along. */
export const handedOn = ({ spec: { leaseTransitions }, ...lease }: Lease): Lease => ({
  ...lease,
  spec: leaseTransitions === undefined ? {} : { leaseTransitions },
});

const annotated = (lease: Lease, annotations: Readonly<Record<string, string>>): Lease => ({
  ...lease,
  metadata: { ...lease.metadata, annotations },
});

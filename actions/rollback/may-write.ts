import { TargetError } from '../../lib/domain/errors.ts';
import { describeAccess, permissionsFor } from '../../lib/domain/permissions.ts';
import type { AccessQuestion } from '../../lib/domain/permissions.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

/**
 * Asks before the first write whether history, records and lock may be written: who may not would stop half-way.
 * What may be done to the chart's own objects helm finds out by itself, and a refusal of it is undone in the history.
 * Throws TargetError naming everything that is denied.
 */
export async function checkMayWrite(
  { release: { namespace }, freeStuckPods }: Pick<Inputs, 'release' | 'freeStuckPods'>,
  { kube }: Pick<Ports, 'kube'>,
): Promise<void> {
  const { required } = permissionsFor(namespace, [], { dryRun: false });
  const pods: AccessQuestion = { verb: 'delete', group: '', resource: 'pods', namespace };
  const denied = await kube.denied([...required, ...(freeStuckPods ? [pods] : [])]);
  if (denied.length === 0) return;
  throw new TargetError(`this identity may not do ${denied.length} of the things that a rollback needs`, {
    subject: `RBAC on ${kube.server}`,
    remedy: 'grant them in a Role (the README of rollback has the minimal one)',
    details: denied.map((access) => ['denied', describeAccess(access)] as const),
  });
}

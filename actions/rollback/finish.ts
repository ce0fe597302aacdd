import type { Milliseconds } from '../../lib/domain/duration.ts';
import { moveTo } from '../../lib/domain/record/transitions.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { withLock } from '../../lib/steps/locked.ts';
import { leastBudget, postBudget } from '../../lib/steps/post-budget.ts';
import { undo } from '../../lib/steps/undo.ts';
import { closeRollback } from './deployment.ts';
import type { Begun, Left } from './left.ts';
import type { Ports } from './ports.ts';
import { outcomeOf, settled } from './record.ts';

export type FinishPorts = Omit<Ports, 'holder' | 'leave' | 'probes' | 'forwards' | 'spawn'> & {
  /** When main was cancelled, milliseconds since the epoch; undefined when it was killed or failed. */
  readonly cancelledAt: Milliseconds | undefined;
};

/** Post: nothing left is the normal case. Red when the target did not end on the state that was asked for. */
export async function finishLeft(
  work: { left: Left; ports: FinishPorts } | undefined,
): Promise<Result | undefined> {
  if (work === undefined) return undefined;
  const { left, ports } = work;
  const lockOptions = { timeout: 60_000, takeover: 'proven' } as const;
  return withLock(ports.locks, left.release, left.holder, lockOptions, async (lock): Promise<Result> => {
    if (left.begun === undefined)
      return { result: 'success', reason: 'the lock is given back; nothing had begun' };
    const { begun } = left;
    const records = await ports.records.of(left.release);
    const [own, rejected] = [begun.own, begun.from].map((seq) => records.find((each) => each.seq === seq));
    if (own === undefined || rejected === undefined)
      return { result: 'failure', reason: `record #${own === undefined ? begun.own : begun.from} is gone` };

    const journal = Journal.resume(own, { records: ports.records, lock, clock: ports.clock });
    const newer = records.some(({ seq }) => seq > begun.own);
    if (rejected.undo === undefined || newer) {
      const reason = `cancelled; ${newer ? 'another run has shipped since' : 'nothing had been changed yet'}`;
      if (own.state === 'planned') await journal.write((now) => moveTo(now, 'abandoned', reason));
      return { result: 'success', reason };
    }
    if (rejected.undo.outcome !== undefined) return { result: 'success', reason: 'the rollback had ended' };

    const leaving = Journal.resume(rejected, { records: ports.records, lock, clock: ports.clock });
    const undone = await undo(await orderOf(begun, left, rejected.reason, ports), leaving, ports);
    await journal.write((now) => settled(now, undone, ports));
    const good = outcomeOf(undone) === 'pass';
    await closeRollback(
      Promise.resolve(begun.deploymentId),
      { own: journal.record, left: leaving.record, good },
      { environment: left.environment, environmentUrl: '' },
      ports,
    );
    return {
      result: good ? 'success' : 'failure',
      reason: `cancelled; ${undone.detail}${good ? '; what verify asks was not asked' : ''}`,
    };
  });
}

/** The same rollback once more: what helm had begun of it is what failed now. */
async function orderOf(
  { toRevision, newest: before }: Begun,
  { release, timeout, gate, ignore, forceConflicts, freeStuckPods }: Left,
  reason: string | undefined,
  { history, clock, cancelledAt, actor, progress, signal }: FinishPorts,
): Promise<Parameters<typeof undo>[0]> {
  const [newest] = await history.list(release);
  const halfWay = newest !== undefined && newest.revision > before ? { failed: newest.revision } : {};
  const budget = cancelledAt === undefined ? postBudget : postBudget - (clock.now() - cancelledAt);
  return {
    release,
    to: toRevision,
    ...halfWay,
    wasDeployed: toRevision,
    reason: reason ?? 'the run was cancelled while it rolled back',
    by: actor,
    part: 'rollback post',
    timeout: Math.min(timeout, Math.max(budget, leastBudget)),
    ...(budget < leastBudget ? { proof: 'later' } : {}),
    gate,
    ignore,
    forceConflicts,
    freeStuckPods,
    onProgress: progress,
    signal,
  };
}

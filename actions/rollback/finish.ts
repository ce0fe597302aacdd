import type { Milliseconds } from '../../lib/domain/duration.ts';
import { moveTo } from '../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { statusLine } from '../../lib/domain/record/status-line.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { schemaLine } from '../../lib/domain/rollback/schema-check.ts';
import type { Lock } from '../../lib/ports/records.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { forPost, withLock } from '../../lib/steps/locked.ts';
import { leastBudget, postTimeLeft } from '../../lib/steps/post-budget.ts';
import { tellGitHub } from '../../lib/steps/tell-github.ts';
import { undo } from '../../lib/steps/undo.ts';
import type { UndoOrder } from '../../lib/steps/undo.ts';
import { announceRollback, closeRollback } from './deployment.ts';
import type { Begun, Left } from './left.ts';
import type { Ports } from './ports.ts';
import { settled, undoneBy } from './record.ts';

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
  return withLock(ports.locks, left.release, left.holder, forPost, async (lock): Promise<Result> => {
    if (left.begun === undefined)
      return { result: 'success', reason: 'the lock is given back; nothing had begun' };
    return finish(left.begun, left, lock, ports);
  });
}

const why = 'main ended before the rollback did';

async function finish(begun: Begun, left: Left, lock: Lock, ports: FinishPorts): Promise<Result> {
  const records = await ports.records.of(left.release);
  const [own, leaving] = [begun.own, begun.from].map((seq) => records.find((each) => each.seq === seq));
  if (own === undefined || leaving === undefined)
    return { result: 'failure', reason: `record #${own === undefined ? begun.own : begun.from} is gone` };

  const writing = { records: ports.records, lock, clock: ports.clock };
  const [journal, leavingJournal] = [own, leaving].map((record) => Journal.resume(record, writing)) as [
    Journal,
    Journal,
  ];
  const newer = records.some(({ seq }) => seq > begun.own);
  if (leaving.undo === undefined || newer) {
    const reason = `${why}; ${newer ? 'another run has shipped since' : 'nothing had been changed yet'}`;
    if (own.state === 'planned') {
      await journal.write((now) => moveTo(now, 'abandoned', reason));
      await tellGitHub(journal.record, 'failure', statusLine(journal.record), ports.github);
    }
    return { result: 'success', reason };
  }

  const deployment = announceRollback(journal, leaving, left.environment, ports);
  const undone =
    leaving.undo.outcome === undefined
      ? await undo(
          {
            ...(await orderOf(begun, left, leaving.reason, ports)),
            // Compared before anything was changed; what has begun is brought to its end.
            schema: leaving.undo.schema ?? schemaLine({ kind: 'not compared' }),
            onForgotten: ({ newest: after = begun.newest }) => journal.write((now) => ({ ...now, after })),
          },
          leavingJournal,
          ports,
        )
      : undoneBy(leaving.undo);
  if (!isSettled(own)) await journal.write((now) => settled(now, undone, ports));
  const { verdicts, expects } = journal.record;
  const outcome = verdicts.find((verdict) => verdict.outcome !== 'pass')?.outcome ?? 'pass';
  const closing = { own: journal.record, left: leavingJournal.record, outcome };
  await closeRollback(deployment, closing, left, ports);
  const unasked = expects.filter((name) => !verdicts.some((verdict) => verdict.name === name));
  return {
    result: outcome === 'pass' ? 'success' : 'failure',
    reason: `${why}; ${undone.detail}${unasked.length === 0 ? '' : '; its checks were not asked'}`,
  };
}

const isSettled = ({ verdicts }: ReleaseRecord): boolean => verdicts.length > 0;

/** The same rollback once more: what helm had begun of it and not finished is what failed now. */
async function orderOf(
  { toRevision, newest: before, failed: leaves }: Begun,
  { release, timeout, gate, ignore, forceConflicts, freeStuckPods }: Left,
  reason: string | undefined,
  { history, clock, cancelledAt, actor, progress, signal }: FinishPorts,
): Promise<Omit<UndoOrder, 'schema'>> {
  const revisions = await history.list(release);
  const [newest] = revisions;
  const begunByHelm = newest !== undefined && newest.revision > before;
  const unfinished = begunByHelm && newest.status !== 'deployed' ? newest.revision : undefined;
  // Main may have taken it out of the history, and have died before it could say so.
  const held = revisions.find(({ revision }) => revision === leaves)?.revision;
  const failed = begunByHelm ? unfinished : held;
  const budget = postTimeLeft(cancelledAt, { clock });
  return {
    release,
    to: toRevision,
    ...(failed === undefined ? {} : { failed, wasDeployed: toRevision }),
    newest: newest?.revision ?? before,
    ...(begunByHelm && unfinished === undefined ? { made: newest.revision } : {}),
    reason: reason ?? why,
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

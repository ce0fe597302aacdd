/** What became of a decision while its run waited for the lock. */
import type { Candidate, Decision, PastFacts } from './types.ts';

export interface Look {
  readonly facts: PastFacts;
  readonly candidates: readonly Candidate[];
  readonly decision: Decision;
}

/**
 * What ran when it was decided must still run: two people who roll back at once mean the same wrong version, and
 * the second one must not leave what the first has just brought back.
 */
export function stillMeant(before: Look, after: Look): Decision {
  if (after.decision.kind === 'skip') return after.decision;
  if (before.decision.kind === 'at-work') return afterOther(before.decision, after);
  const [ran, runs] = [before, after].map(({ candidates }) => candidates.find(({ running }) => running));
  if (ran?.root === runs?.root) return after.decision;
  const now =
    runs === undefined
      ? 'nothing'
      : `revision ${runs.revision}${runs.record === undefined ? '' : ` (${runs.record.id})`}`;
  return {
    kind: 'skip',
    reason: `revision ${ran?.revision} was left while this run waited for the lock; ${now} runs now`,
  };
}

/** Another run was undoing it, and is done or gone. */
function afterOther(
  { record: { id, seq }, claim: { part, by } }: Extract<Decision, { kind: 'at-work' }>,
  { facts, decision }: Look,
): Decision {
  const undo = facts.records.find((record) => record.seq === seq)?.undo;
  const who = `${part} of run ${by.run}`;
  if (undo?.outcome === 'success')
    return { kind: 'skip', reason: `${who} has undone ${id} while this run waited for the lock` };
  if (undo?.outcome !== 'inconclusive') return decision;
  const refusal = {
    reason: `${who} has undone ${id} while this run waited for the lock, and nobody saw how it ended`,
    remedy: 'see whether what runs is what should, then run this again',
    forceable: false,
  };
  return { kind: 'refuse', refusals: [refusal] };
}

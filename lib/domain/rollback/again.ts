/** A rollback that is asked for once more: by two at once, by a re-run, or because nobody saw how it ended. */
import { claimUndo, closeUndo, isVerified } from '../record/transitions.ts';
import type { Actor, ReleaseRecord, UndoClaim } from '../record/types.ts';
import { candidatesOf, present } from './candidates.ts';
import type { Wishes } from './decide.ts';
import { rootsOf } from './lineage.ts';
import type { Candidate, Decision, PastFacts, Refusal } from './types.ts';

type Asker = Pick<Wishes, 'from' | 'by' | 'locked'>;
type Claimed = ReleaseRecord & { readonly undo: UndoClaim };

/** An undo that another run has claimed and not ended; with the lock ours, nobody is at work. */
export function atWork(facts: PastFacts, { from, by, locked }: Asker): Decision | undefined {
  if (locked) return undefined;
  const record = present(facts).records.find(
    (each): each is Claimed => isOthers(each, by) && (from.kind === 'running' || each.id === from.id),
  );
  return record === undefined ? undefined : { kind: 'at-work', record, claim: record.undo };
}

/** Closes what another run claimed and never ended: the lock is ours, so that run is gone, and nobody saw how it went. */
export const withoutOrphan = (record: ReleaseRecord, by: Actor): ReleaseRecord =>
  isOthers(record, by)
    ? closeUndo(record, 'inconclusive', `run ${record.undo.by.run} ended without a word of it`)
    : record;

/** An open claim that is not ours to go on with. */
const isOthers = (record: ReleaseRecord, by: Actor): record is Claimed =>
  record.undo !== undefined &&
  record.undo.outcome === undefined &&
  claimUndo(record, { by, at: '', part: 'rollback', toRevision: 0 }).kind === 'taken';

/**
 * What runs may be what an earlier try went back to. Then `running` does not mean it: a re-run must not go one state
 * further back each time. Nobody having seen it run, the same is done again; a state that ran and was not verified is
 * left by force only. Undefined where what runs is nobody's rollback of this kind.
 */
export function againOf(facts: PastFacts, running: Candidate, asker: Asker): Decision | Refusal | undefined {
  const { records } = present(facts);
  const left = records.find(
    (record): record is Claimed =>
      record.undo !== undefined && isMade(record.undo, running, facts) && isMeant(record, record.undo, asker),
  );
  if (left === undefined) return undefined;
  const { outcome, toRevision } = left.undo;
  const did = `this run went back to revision ${toRevision} already`;
  const remedy = 'start a new run, or force: true, to go further back';
  if (outcome === undefined || outcome === 'inconclusive') {
    const same = theSame(facts, left.revision, toRevision);
    const reason = `${did}, nobody saw it run, and Helm no longer holds it to do it again`;
    return same ?? { reason, remedy, forceable: true };
  }
  if (outcome !== 'success' || asker.from.kind === 'record') return undefined;

  const own = records.find(({ kind, revision }) => kind === 'rollback' && revision === running.revision);
  if (own !== undefined && isVerified(own)) return { kind: 'skip', reason: `${did} (${own.id})` };
  const why = own?.verdicts.find((verdict) => verdict.outcome !== 'pass')?.reason;
  return {
    reason: `${did}, and it was not verified${why === undefined ? '' : `: ${why}`}`,
    remedy,
    forceable: true,
  };
}

/** What runs was made by that undo. One that never ended says of its target only. */
const isMade = (
  { revision, outcome, toRevision }: UndoClaim,
  running: Candidate,
  facts: PastFacts,
): boolean =>
  outcome === undefined
    ? running.root === rootsOf(present(facts))(toRevision)
    : revision === running.revision;

/**
 * A record means its own undo, whoever tried. `running` means what an earlier attempt of this run did, or what
 * somebody did not bring to its end.
 */
function isMeant({ id }: ReleaseRecord, undo: UndoClaim, { from, by }: Asker): boolean {
  if (from.kind === 'record') return id === from.id;
  if (undo.outcome === undefined) return true;
  const { repository, run, attempt } = undo.by;
  const earlier = repository === by.repository && run === by.run && attempt < by.attempt;
  return earlier && undo.part.startsWith('rollback');
}

function theSame(facts: PastFacts, from: number | undefined, to: number): Decision | undefined {
  const candidates = candidatesOf(facts);
  const [left, target] = [from, to].map((wanted) => candidates.find(({ revision }) => revision === wanted));
  if (left === undefined || target === undefined) return undefined;
  return { kind: 'undo', from: left, to: target, overridden: [] };
}

/** Which revisions are the same state: a rollback makes a new revision that is a copy of an old one. */
import type { ReleaseRecord } from '../record/types.ts';
import type { PastFacts, PastRevision } from './types.ts';

/** Revisions of one content, and every record about them. */
export interface Line {
  /** The revision that was shipped; it may be pruned while copies of it remain. */
  readonly root: number;
  /** Newest first; what Helm still holds. */
  readonly revisions: readonly PastRevision[];
  /** Newest first. */
  readonly records: readonly ReleaseRecord[];
}

/** Helm's own words in both majors. */
const rollbackForm = /^Rollback to (\d+)$/;

/**
 * Puts revisions and records of one installation together by the content they stand for, the line of the newest
 * revision first. A rollback is known by its record, by the undo of the release it ended, or by Helm's description
 * when somebody rolled back by hand.
 */
export function linesOf({ records, revisions }: PastFacts): Line[] {
  const copies = copiesIn(records, revisions);
  const newestFirst = [...revisions].sort((a, b) => b.revision - a.revision);
  const bySeq = [...records].sort((a, b) => b.seq - a.seq);
  const roots = Map.groupBy(newestFirst, ({ revision }) => rootOf(revision, copies));
  return [...roots].map(([root, held]) => ({
    root,
    revisions: held,
    records: bySeq.filter(
      (record) => record.revision !== undefined && rootOf(record.revision, copies) === root,
    ),
  }));
}

/** Which revision was shipped with the content of another one. */
export function rootsOf({ records, revisions }: PastFacts): (revision: number) => number {
  const copies = copiesIn(records, revisions);
  return (revision) => rootOf(revision, copies);
}

/** Revision → the revision that it is a copy of. */
function copiesIn(
  records: readonly ReleaseRecord[],
  revisions: readonly PastRevision[],
): ReadonlyMap<number, number> {
  const told = revisions.flatMap(({ revision, description }) => {
    const of = rollbackForm.exec(description)?.[1];
    return of === undefined ? [] : [[revision, Number(of)] as const];
  });
  const undone = records.flatMap(({ undo }) =>
    undo?.revision === undefined ? [] : [[undo.revision, undo.toRevision] as const],
  );
  const recorded = records.flatMap(({ kind, revision, to }) =>
    kind === 'rollback' && revision !== undefined && to.revision !== undefined
      ? [[revision, to.revision] as const]
      : [],
  );
  return new Map([...told, ...undone, ...recorded]);
}

/** Follows copies to what was shipped. A copy is always newer than what it copies: anything else is not believed. */
function rootOf(revision: number, copies: ReadonlyMap<number, number>): number {
  const of = copies.get(revision);
  return of === undefined || of >= revision ? revision : rootOf(of, copies);
}

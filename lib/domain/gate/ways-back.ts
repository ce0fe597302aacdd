/** How often releases of an environment were taken back, and how long that took, as its GitHub Deployments tell. */
import type { Milliseconds } from '../duration.ts';
import { newestOfOurs } from '../promotion/verified-in.ts';
import type { Said } from '../promotion/verified-in.ts';
import type { Deployed } from './running.ts';

/** A way back: a run of `rollback`, or the undo of deploy-helm itself. */
export interface WayBack {
  /** Undefined where its Deployment does not tell when it began. */
  readonly took: Milliseconds | undefined;
  /** deploy-helm says only how long the failed release and its undo took together. */
  readonly withRelease: boolean;
}

export interface WaysBack {
  /** Newest first. */
  readonly found: readonly WayBack[];
  /** How many Deployments that tell of a release were looked at; gate jobs leave some that do not. */
  readonly among: number;
}

/** Counts a release that `rollback` took back once, although its own Deployment says so too. */
export function waysBack(newestFirst: readonly Deployed[]): WaysBack {
  const rollbacks = newestFirst.filter(isRollback);
  const undone = new Set(rollbacks.map(({ payload }) => undoneBy(payload)));
  const found = newestFirst.flatMap((deployed): WayBack[] => {
    const said = ours(deployed);
    const byRollback = isRollback(deployed);
    const end = said.find(({ state, recordState }) =>
      byRollback ? state === 'success' : recordState === 'rolled-back',
    );
    if (end === undefined || (!byRollback && undone.has(end.record))) return [];
    return [{ took: lasted(said[0], end), withRelease: !byRollback }];
  });
  return { found, among: newestFirst.filter((each) => ours(each).length > 0).length };
}

const isRollback = ({ task }: Deployed): boolean => task === 'rollback';

/** What was said of a record, oldest first: GitHub's own statuses tell when the job began, not the release. */
const ours = ({ statuses }: Deployed): Said[] =>
  statuses.toReversed().flatMap((status) => newestOfOurs([status]) ?? []);

/** Which record a rollback took back. */
function undoneBy(payload: unknown): string | undefined {
  const undoes = (payload as { undoes?: unknown } | null | undefined)?.undoes;
  return typeof undoes === 'string' ? undoes : undefined;
}

const lasted = (begun: Said | undefined, end: Said): Milliseconds | undefined =>
  begun?.state === 'in_progress' && begun.at <= end.at ? end.at - begun.at : undefined;

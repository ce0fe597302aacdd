import { CancelledError, TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import { chooseReturn } from '../../lib/domain/rollback/return.ts';
import { moveTo } from '../../lib/domain/record/transitions.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { Journal } from '../../lib/steps/journal.ts';
import { undo } from '../../lib/steps/undo.ts';
import type { Undone, UndoOrder } from '../../lib/steps/undo.ts';
import type { UndoWishes } from './left.ts';
import type { Ports } from './ports.ts';
import type { WayBack } from './way-back.ts';

export type TakeBackPorts = Pick<
  Ports,
  | 'clock'
  | 'kube'
  | 'helm'
  | 'history'
  | 'watcher'
  | 'running'
  | 'registry'
  | 'log'
  | 'progress'
  | 'actor'
  | 'signal'
>;

/** What became of a release that failed. */
export type TakenBack =
  | Undone
  | { readonly kind: 'left' | 'uninstalled' | 'nothing to undo'; readonly detail: string };

export interface Failed {
  readonly verdict: Verdict;
  /** The revision that Helm wrote for the attempt; undefined when it refused before writing one. */
  readonly revision: number | undefined;
  /** The revision that Helm called deployed before. */
  readonly wasDeployed: number | undefined;
  /** What an earlier attempt has made of going back to `to`, and nobody has proven. */
  readonly half?: { readonly to: number; readonly made: number };
}

/** Takes a failed release back as the author asked: to the newest verified state, away, or not at all. */
export async function takeBack(
  failed: Failed,
  before: Pick<WayBack, 'records' | 'baseline'>,
  journal: Journal,
  wishes: UndoWishes,
  ports: TakeBackPorts,
  how: Pick<UndoOrder, 'part' | 'proof'> = { part: 'deploy-helm' },
): Promise<TakenBack> {
  const { release } = wishes;
  const { revision, wasDeployed, half } = failed;
  if (revision === undefined)
    return { kind: 'nothing to undo', detail: 'Helm refused before it changed anything' };

  const revisions = await ports.history.list(release);
  const back = chooseReturn({
    ...before,
    failed: journal.record.seq,
    revisions: revisions.filter((each) => each.revision !== revision && each.revision !== half?.made),
  });
  const isFirst = back.kind === 'first-release' && wasDeployed === undefined;
  if (isFirst && wishes.onFirstFailure === 'uninstall')
    return uninstalled({ ...failed, revision }, journal, wishes, ports);
  if (wishes.onFailure === 'leave' || back.kind === 'first-release') {
    const why = wishes.onFailure === 'leave' ? 'on-failure: leave' : 'nothing verified to go back to';
    return left({ ...failed, revision: half?.made ?? revision }, why, wishes, ports);
  }
  ports.log.info(
    `going back to revision ${back.revision} (${back.kind === 'record' ? `record ${back.record.id}, verified` : 'it ran ready when this step began'})`,
  );
  return undo(
    {
      release,
      to: back.revision,
      ...halfOr(revision, back.revision, half),
      ...(wasDeployed === undefined ? {} : { wasDeployed }),
      reason: failed.verdict.reason,
      by: ports.actor,
      ...how,
      timeout: wishes.undoTimeout,
      failFast: wishes.failFast,
      gate: wishes.gate,
      ignore: wishes.ignore,
      forceConflicts: wishes.forceConflicts,
      onProgress: ports.progress,
      signal: ports.signal,
    },
    journal,
    ports,
  );
}

/** What was begun is only proven where it went to the same state; else it is what fails now. */
function halfOr(
  revision: number,
  to: number,
  half: Failed['half'],
): Pick<UndoOrder, 'failed' | 'made' | 'newest'> {
  if (half === undefined) return { failed: revision };
  if (half.to !== to) return { failed: half.made };
  return { failed: revision, newest: half.made, made: half.made };
}

/** An undo that breaks off says why in its own words; why there was something to undo is said with it. */
export const withReason =
  (reason: string) =>
  (error: unknown): never => {
    const both = (message: string): string => `${message}; the release had failed before: ${reason}`;
    if (error instanceof UnreachableError) throw new UnreachableError(both(error.message), { cause: error });
    if (error instanceof TargetError) throw new TargetError(both(error.message), error, { cause: error });
    throw error;
  };

type Written = Failed & { readonly revision: number };

/** Leaves it as evidence, and Helm's history saying so. */
async function left(
  { revision, verdict, wasDeployed }: Written,
  why: string,
  { release }: UndoWishes,
  { history }: TakeBackPorts,
): Promise<TakenBack> {
  const restored = wasDeployed === undefined ? {} : { restored: wasDeployed };
  await history.writeBack(release, { failed: revision, reason: verdict.reason, ...restored });
  return { kind: 'left', detail: `${why}; revision ${revision} stays in place, marked failed` };
}

/** What helm could not remove stays as evidence: a release that is half `uninstalling` would refuse the next one. */
async function uninstalled(
  failed: Written,
  journal: Journal,
  wishes: UndoWishes,
  ports: TakeBackPorts,
): Promise<TakenBack> {
  const { helm, signal } = ports;
  try {
    await journal.step('uninstall', () =>
      helm.uninstall(wishes.release, { timeout: wishes.undoTimeout }, { signal }),
    );
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return left(failed, `it could not be uninstalled: ${why}`, wishes, ports);
  }
  await journal.write((now) => moveTo(now, 'rolled-back'));
  return { kind: 'uninstalled', detail: 'first release of this name, on-first-failure: uninstall' };
}

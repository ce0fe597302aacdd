import { CancelledError, messageOf, saying } from '../../../lib/domain/errors.ts';
import { chooseReturn, pastOf } from '../../../lib/domain/rollback/return.ts';
import { recordsOfContent, schemaLine, schemaRefusal } from '../../../lib/domain/rollback/schema-check.ts';
import type { SchemaCheck } from '../../../lib/domain/rollback/schema-check.ts';
import type { Refusal } from '../../../lib/domain/rollback/types.ts';
import { closeUndo, moveTo } from '../../../lib/domain/record/transitions.ts';
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import type { Journal } from '../../../lib/steps/journal.ts';
import { compareSchema } from '../../../lib/steps/schema-compare.ts';
import { undo } from '../../../lib/steps/undo.ts';
import type { Undone, UndoOrder } from '../../../lib/steps/undo.ts';
import type { UndoWishes } from '../left.ts';
import type { Ports } from '../ports.ts';
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
  | 'schemas'
  | 'database'
>;

/** What became of a release that failed. */
export type TakenBack =
  | Undone
  | { readonly kind: 'left' | 'uninstalled' | 'nothing to undo'; readonly detail: string }
  /** The old version cannot be trusted with what the database holds now: the failed one stays. */
  | { readonly kind: 'not gone back'; readonly detail: string; readonly remedy: string };

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
  if (revision === undefined) return { kind: 'nothing to undo', detail: 'Helm had changed nothing' };

  const held = await ports.history.list(release);
  const revisions = held.filter((each) => each.revision !== revision && each.revision !== half?.made);
  const back = chooseReturn({ ...before, failed: journal.record.seq, revisions });
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
  const then = recordsOfContent(pastOf({ ...before, revisions }), back.revision);
  // What was begun was compared before it began.
  const goesOn = half?.to === back.revision;
  const schema = goesOn ? notCompared : await compareSchema(then, ports);
  const refusal = schemaRefusal(schema);
  if (refusal !== undefined)
    return notGoneBack({ ...failed, revision: half?.made ?? revision }, refusal, journal, wishes, ports);
  return undo(
    {
      release,
      to: back.revision,
      schema: (goesOn ? journal.record.undo?.schema : undefined) ?? schemaLine(schema),
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

const notCompared: SchemaCheck = { kind: 'not compared' };

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
    throw saying(error, { suffix: `the release had failed before: ${reason}` });
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

/**
 * Where the old version would meet a schema that it cannot read, or that nobody can compare, the failed one is the
 * lesser evil: a person decides. Helm's history and the record say so.
 */
async function notGoneBack(
  failed: Written,
  { reason, remedy }: Refusal,
  journal: Journal,
  wishes: UndoWishes,
  ports: TakeBackPorts,
): Promise<TakenBack> {
  const said = `not gone back: ${reason}`;
  ports.log.warn(`${said}; ${remedy}`);
  await journal.write((now) => {
    const { reason: before = failed.verdict.reason, undo: claim } = now;
    // A main that was killed may have claimed an undo that never began.
    const open = claim !== undefined && claim.outcome === undefined;
    const ended = open ? closeUndo(now, 'failure', said) : now;
    // Post may say it again after a main that was killed here.
    return { ...ended, undoable: 'manual', reason: before.includes(said) ? before : `${before}; ${said}` };
  });
  const { detail } = await left(failed, reason, wishes, ports);
  return { kind: 'not gone back', detail, remedy };
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
    const why = messageOf(error);
    return left(failed, `it could not be uninstalled: ${why}`, wishes, ports);
  }
  await journal.write((now) => moveTo(now, 'rolled-back'));
  return { kind: 'uninstalled', detail: 'first release of this name, on-first-failure: uninstall' };
}

import { chooseReturn } from '../../lib/domain/record/choose.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { Journal } from '../../lib/steps/journal.ts';
import { undo } from '../../lib/steps/undo.ts';
import type { Undone } from '../../lib/steps/undo.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';
import type { WayBack } from './way-back.ts';

/** What the author wants done with a release that fails; small and free of secrets, so post can be told. */
export type UndoWishes = Pick<
  Inputs,
  'release' | 'onFailure' | 'onFirstFailure' | 'undoTimeout' | 'gate' | 'ignore'
>;

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
}

/** Takes a failed release back as the author asked: to the newest verified state, away, or not at all. */
export async function takeBack(
  failed: Failed,
  before: Pick<WayBack, 'records' | 'baseline'>,
  journal: Journal,
  wishes: UndoWishes,
  ports: TakeBackPorts,
  part = 'deploy-helm',
): Promise<TakenBack> {
  const { release } = wishes;
  const { revision, wasDeployed } = failed;
  if (revision === undefined)
    return { kind: 'nothing to undo', detail: 'Helm refused before it changed anything' };

  const revisions = (await ports.history.list(release)).map((each) => each.revision);
  const back = chooseReturn({
    ...before,
    failed: journal.record.seq,
    revisions: revisions.filter((each) => each !== revision),
  });
  const leave = wishes.onFailure === 'leave' || back.kind === 'first-release';
  if (
    leave &&
    back.kind === 'first-release' &&
    wasDeployed === undefined &&
    wishes.onFirstFailure === 'uninstall'
  ) {
    await journal.step('uninstall', () =>
      ports.helm.uninstall(release, { timeout: wishes.undoTimeout }, { signal: ports.signal }),
    );
    return { kind: 'uninstalled', detail: 'first release of this name, on-first-failure: uninstall' };
  }
  if (leave) {
    await ports.history.writeBack(release, {
      failed: revision,
      reason: failed.verdict.reason,
      ...(wasDeployed === undefined ? {} : { restored: wasDeployed }),
    });
    const why = wishes.onFailure === 'leave' ? 'on-failure: leave' : 'nothing verified to go back to';
    return { kind: 'left', detail: `${why}; revision ${revision} stays in place, marked failed` };
  }
  ports.log.info(
    `going back to revision ${back.revision} (${back.kind === 'record' ? `record ${back.record.id}, verified` : 'it ran ready when this step began'})`,
  );
  return undo(
    {
      release,
      to: back.revision,
      failed: revision,
      ...(wasDeployed === undefined ? {} : { wasDeployed }),
      reason: failed.verdict.reason,
      by: ports.actor,
      part,
      timeout: wishes.undoTimeout,
      gate: wishes.gate,
      ignore: wishes.ignore,
      onProgress: ports.progress,
      signal: ports.signal,
    },
    journal,
    ports,
  );
}

import { moveTo } from '../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { GitHubDeployments } from '../../lib/ports/github.ts';
import type { Holder, Locks, Records } from '../../lib/ports/records.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { withLock } from '../../lib/steps/locked.ts';
import type { Inputs } from './inputs.ts';
import type { Plan } from './plan.ts';
import type { Ports } from './ports.ts';
import { takeBack } from './take-back.ts';
import type { TakeBackPorts, TakenBack, UndoWishes } from './take-back.ts';
import type { WayBack } from './way-back.ts';

/** What a main that ends early leaves to post. Kept in plain text by the runner, so no secret is in it. */
export interface Left extends UndoWishes {
  readonly seq: number;
  readonly holder: Holder;
  /** Newest revision before the release, and the one that Helm called deployed. */
  readonly newest: number;
  readonly wasDeployed: number | undefined;
  readonly baseline: number | undefined;
  readonly environment: string;
  /** Known a moment after the release began. */
  readonly deploymentId?: number;
}

export const leftFor = (
  record: ReleaseRecord,
  plan: Plan,
  before: WayBack,
  inputs: Inputs,
  { holder }: Pick<Ports, 'holder'>,
): Left => {
  const { release, onFailure, onFirstFailure, undoTimeout, gate, ignore, environment } = inputs;
  const wishes = { release, onFailure, onFirstFailure, undoTimeout, gate, ignore, environment };
  return {
    ...wishes,
    seq: record.seq,
    holder,
    newest: plan.newest,
    wasDeployed: plan.previous?.revision,
    baseline: before.baseline,
  };
};

export interface FinishPorts extends TakeBackPorts {
  readonly records: Records;
  readonly locks: Locks;
  readonly github: GitHubDeployments;
}

/** Post: nothing left is the normal case. Red when the target did not end on a verified state. */
export async function finishLeft(
  work: { left: Left; ports: FinishPorts } | undefined,
): Promise<Result | undefined> {
  if (work === undefined) return undefined;
  const { good, reason } = await finish(work.left, work.ports);
  return { result: good ? 'success' : 'failure', reason };
}

interface Finished {
  /** The target ended on a verified state, or was never touched. */
  readonly good: boolean;
  readonly reason: string;
}

/** GitHub gives all `always()` steps and posts of a cancelled job five minutes together; this leaves room to write. */
const postBudget = 270_000;

/** Finishes what a cancelled or killed main left half done: undo, record, unlock. */
export async function finish(left: Left, ports: FinishPorts): Promise<Finished> {
  const lockOptions = { timeout: 60_000, takeover: 'proven' } as const;
  return withLock(ports.locks, left.release, left.holder, lockOptions, async (lock) => {
    const records = await ports.records.of(left.release);
    const record = records.find(({ seq }) => seq === left.seq);
    if (record === undefined || isOver(record))
      return { good: true, reason: `nothing to finish: record #${left.seq} is ${record?.state ?? 'gone'}` };

    const journal = Journal.resume(record, { records: ports.records, lock, clock: ports.clock });
    const [newest] = await ports.history.list(left.release);
    const revision = newest !== undefined && newest.revision > left.newest ? newest.revision : undefined;
    const reason = 'the run was cancelled before the release was proven';
    if (revision === undefined) {
      await journal.write((now) => moveTo(now, 'abandoned', reason));
      return { good: true, reason: `${reason}; nothing had been applied` };
    }
    await journal.write((now) => moveTo(now, 'rejected', reason));
    const verdict: Verdict = { outcome: 'fail', reason, findings: [], at: ports.clock.now(), workloads: [] };
    const wishes = { ...left, undoTimeout: Math.min(left.undoTimeout, postBudget) };
    const before: WayBack = { records, ...(left.baseline === undefined ? {} : { baseline: left.baseline }) };
    const takenBack = await takeBack(
      { verdict, revision, wasDeployed: left.wasDeployed },
      before,
      journal,
      wishes,
      ports,
      'deploy-helm post',
    );
    await tellGitHub(journal.record, takenBack, left, ports.github);
    return {
      good: takenBack.kind !== 'not undone',
      reason: `${reason}; ${takenBack.kind}: ${takenBack.detail}`,
    };
  });
}

/** An undo that is claimed and not finished is ours to finish: the claim passes on within the job. */
const isOver = ({ state, undo }: ReleaseRecord): boolean =>
  state === 'ready' ||
  state === 'verified' ||
  state === 'rolled-back' ||
  state === 'abandoned' ||
  (state === 'rejected' && undo?.outcome !== undefined);

async function tellGitHub(
  record: ReleaseRecord,
  { kind }: TakenBack,
  left: Left,
  github: GitHubDeployments,
): Promise<void> {
  if (left.deploymentId === undefined) return;
  const description = `${record.id} ${record.state}: cancelled, ${kind}`;
  await github.report(left.deploymentId, 'failure', { description, environment: left.environment });
}

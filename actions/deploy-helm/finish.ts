import type { Milliseconds } from '../../lib/domain/duration.ts';
import { ofInstallation } from '../../lib/domain/record/installation.ts';
import { moveTo } from '../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { GitHubDeployments } from '../../lib/ports/github.ts';
import type { Locks, Records } from '../../lib/ports/records.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { withLock } from '../../lib/steps/locked.ts';
import { leastBudget, postBudget } from '../../lib/steps/post-budget.ts';
import type { Begun, Left } from './left.ts';
import { takeBack } from './take-back.ts';
import type { TakeBackPorts, TakenBack } from './take-back.ts';

export interface FinishPorts extends TakeBackPorts {
  readonly records: Records;
  readonly locks: Locks;
  readonly github: GitHubDeployments;
  /** When main was cancelled, milliseconds since the epoch; undefined when it was killed or failed. */
  readonly cancelledAt: number | undefined;
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

const why = 'the run ended before the release was proven';

/** Finishes what a cancelled or killed main left half done: undo, record, unlock. */
export async function finish({ begun, ...left }: Left, ports: FinishPorts): Promise<Finished> {
  const lockOptions = { timeout: 60_000, takeover: 'proven' } as const;
  return withLock(ports.locks, left.release, left.holder, lockOptions, async (lock) => {
    if (begun === undefined) return { good: true, reason: 'the lock is given back; nothing had begun' };
    const records = await ports.records.of(left.release);
    const record = records.find(({ seq }) => seq === begun.seq);
    if (record === undefined || isOver(record) || (begun.unknown === true && record.state !== 'rejected'))
      return { good: true, reason: `nothing to finish: record #${begun.seq} is ${record?.state ?? 'gone'}` };

    const journal = Journal.resume(record, { records: ports.records, lock, clock: ports.clock });
    const [newest] = await ports.history.list(left.release);
    const written = newest !== undefined && newest.revision > begun.newest ? newest.revision : undefined;
    const succeeded = records.some(({ seq }) => seq > begun.seq);
    if (written === undefined || succeeded) {
      const reason = `${why}; ${succeeded ? 'another run has shipped since' : 'nothing had been applied'}`;
      if (record.state !== 'rejected') await journal.write((now) => moveTo(now, 'abandoned', reason));
      return { good: true, reason };
    }
    await journal.write((now) => moveTo(now, 'rejected', now.state === 'rejected' ? now.reason : why));
    const reason = journal.record.reason ?? why;
    const verdict: Verdict = { outcome: 'fail', reason, findings: [], at: ports.clock.now(), workloads: [] };
    const budget = timeLeft(ports);
    const takenBack = await takeBack(
      { verdict, revision: ours(record, written), wasDeployed: begun.wasDeployed },
      {
        records: ofInstallation(records, begun.installedAt),
        ...(begun.baseline === undefined ? {} : { baseline: begun.baseline }),
      },
      journal,
      { ...left, undoTimeout: Math.min(left.undoTimeout, Math.max(budget, leastBudget)) },
      ports,
      { part: 'deploy-helm post', ...(budget < leastBudget ? { proof: 'later' } : {}) },
    );
    await tellGitHub(journal.record, takenBack, { ...begun, ...left }, ports.github);
    return {
      good: !['not undone', 'not proven', 'left'].includes(takenBack.kind),
      reason: `${reason}; ${takenBack.kind}: ${takenBack.detail}`,
    };
  });
}

/** Once an undo has begun, the newest revision is its own; before that, one newer than the record's is somebody else's. */
const ours = ({ undo, revision }: ReleaseRecord, written: number): number =>
  undo === undefined ? (revision ?? written) : written;

const timeLeft = ({ cancelledAt, clock }: FinishPorts): Milliseconds =>
  cancelledAt === undefined ? postBudget : postBudget - (clock.now() - cancelledAt);

/**
 * An undo that is claimed and not finished is ours to finish: the claim passes on within the job. What nobody
 * could tell (inconclusive) is not undone by anyone but a person.
 */
const isOver = ({ state, undo, verdicts }: ReleaseRecord): boolean =>
  state === 'ready' ||
  state === 'verified' ||
  state === 'rolled-back' ||
  state === 'abandoned' ||
  (state === 'rejected' && undo?.outcome !== undefined) ||
  (state !== 'rejected' && verdicts.some(({ outcome }) => outcome === 'inconclusive'));

async function tellGitHub(
  record: ReleaseRecord,
  { kind }: TakenBack,
  { deploymentId, environment }: Pick<Begun, 'deploymentId'> & Pick<Left, 'environment'>,
  github: GitHubDeployments,
): Promise<void> {
  if (deploymentId === undefined) return;
  const description = `${record.id} ${record.state}: cancelled, ${kind}`;
  await github.report(deploymentId, 'failure', { description, environment });
}

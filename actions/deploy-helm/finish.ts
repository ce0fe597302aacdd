import { ofInstallation } from '../../lib/domain/record/installation.ts';
import { nothingApplied, statusLine } from '../../lib/domain/record/status-line.ts';
import { moveTo } from '../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { owedBy } from '../../lib/domain/repair/owed.ts';
import type { Aftermath } from '../../lib/domain/repair/owed.ts';
import { deployedBefore } from '../../lib/domain/repair/truth.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { hasStood } from '../../lib/domain/rollback/candidates.ts';
import type { Verdict } from '../../lib/domain/verdict/types.ts';
import type { GitHubDeployments } from '../../lib/ports/github.ts';
import type { Lock, Locks, Records } from '../../lib/ports/records.ts';
import { deployedAgain } from '../../lib/steps/deployed-again.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { forPost, withLock } from '../../lib/steps/locked.ts';
import { leastBudget, postTimeLeft } from '../../lib/steps/post-budget.ts';
import { readAftermath } from '../../lib/steps/repair.ts';
import { tellGitHub } from '../../lib/steps/tell-github.ts';
import { lastLook } from './undo/last-look.ts';
import type { LastLookPorts } from './undo/last-look.ts';
import type { Begun, Left } from './left.ts';
import { takeBack } from './undo/take-back.ts';
import type { Failed } from './undo/take-back.ts';
import { watchOn } from './ship/watch-on.ts';
import type { Watched } from './ship/watch-on.ts';

export interface FinishPorts extends LastLookPorts {
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

/** Finishes what a cancelled or killed main left half done: as its author wishes, undo, verdict or truth; unlock. */
export async function finish(left: Left, ports: FinishPorts): Promise<Finished> {
  return withLock(ports.locks, left.release, left.holder, forPost, async (lock) => {
    const { begun } = left;
    if (begun === undefined) return { good: true, reason: 'the lock is given back; nothing had begun' };
    return finishRelease({ ...left, begun }, lock, ports);
  });
}

type LeftRelease = Left & { readonly begun: Begun };

async function finishRelease(left: LeftRelease, lock: Lock, ports: FinishPorts): Promise<Finished> {
  const { begun } = left;
  const past = await readAftermath(left.release, ports);
  const record = past.records.find(({ seq }) => seq === begun.seq);
  const owed = record === undefined ? undefined : owedBy(record, past);
  if (record === undefined || owed === undefined || owed.kind === 'nothing')
    return { good: true, reason: `nothing to finish: record #${begun.seq} is ${record?.state ?? 'gone'}` };
  if (begun.unknown === true && record.state !== 'rejected') {
    await tellGitHub(record, 'error', `${record.id} ${record.state}: the API was lost`, ports.github);
    const reason = `the API was lost, so nobody knows whether it holds: record #${begun.seq} is ${record.state}, and nothing is undone`;
    return { good: false, reason };
  }

  const journal = Journal.resume(record, { records: ports.records, lock, clock: ports.clock });
  if (owed.kind === 'word') {
    const reason = `${why}; ${owed.why}`;
    await deployedAgain(record, past, left.release, ports.history);
    if (record.state !== 'rejected') await journal.write((now) => moveTo(now, 'abandoned', reason));
    await tellGitHub(journal.record, 'failure', saidOf(journal.record, owed.why), ports.github);
    return { good: true, reason };
  }
  if (owed.kind === 'undo') {
    const { made, own, claim } = owed;
    const stands = past.revisions.some((each) => each.revision === made && hasStood(each));
    if (made === undefined || !stands) return takenBack(made ?? own, past, journal, left, ports);
    return takenBack(own ?? made, past, journal, left, ports, { to: claim.toRevision, made });
  }

  const { revision } = owed;
  // What was judged already goes its way; the author's word on a cancel is for what was not.
  const wish = record.state === 'rejected' ? 'undo' : left.onCancel;
  if (wish === 'leave') return leftInPlace(revision, past, journal, left, ports);
  const watched =
    wish === 'finish'
      ? await watchOn(revision, journal, left, postTimeLeft(ports.cancelledAt, ports), ports)
      : undefined;
  if (watched !== undefined && watched.verdict.outcome !== 'fail') return proven(watched, journal, ports);
  // What main had judged, main has shown.
  if (record.state !== 'rejected') {
    const before = deployedBefore(record, revision, past.revisions);
    await lastLook(revision, before, left, postTimeLeft(ports.cancelledAt, ports), ports);
  }
  return takenBack(revision, past, journal, left, ports);
}

/** Back to a verified state; its claim may be main's, which passes on within the job. */
async function takenBack(
  revision: number | undefined,
  past: Aftermath,
  journal: Journal,
  left: LeftRelease,
  ports: FinishPorts,
  half?: Failed['half'],
): Promise<Finished> {
  const { begun } = left;
  await journal.write((now) => moveTo(now, 'rejected', now.state === 'rejected' ? now.reason : why));
  const reason = journal.record.reason ?? why;
  const verdict: Verdict = { outcome: 'fail', reason, findings: [], at: ports.clock.now(), workloads: [] };
  const budget = postTimeLeft(ports.cancelledAt, ports);
  const done = await takeBack(
    {
      verdict,
      revision,
      wasDeployed:
        revision === undefined ? undefined : deployedBefore(journal.record, revision, past.revisions),
      ...(half === undefined ? {} : { half }),
    },
    {
      records: ofInstallation(past.records, begun.installedAt),
      ...(begun.baseline === undefined ? {} : { baseline: begun.baseline }),
    },
    journal,
    { ...left, undoTimeout: Math.min(left.undoTimeout, Math.max(budget, leastBudget)) },
    ports,
    { part: 'deploy-helm post', ...(budget < leastBudget ? { proof: 'later' } : {}) },
  );
  const became = done.kind === 'nothing to undo' ? nothingApplied : done.kind;
  await tellGitHub(journal.record, 'failure', saidOf(journal.record, became), ports.github);
  return {
    good: !['not undone', 'not proven', 'not gone back', 'left'].includes(done.kind),
    reason: `${reason}; ${done.kind}: ${done.detail}`,
  };
}

/** `on-cancel: leave`: nothing is rolled back, and nobody is told that it was proven. */
async function leftInPlace(
  revision: number,
  past: Aftermath,
  journal: Journal,
  left: LeftRelease,
  ports: FinishPorts,
): Promise<Finished> {
  const reason = `${why}; on-cancel: leave: revision ${revision} stays in place, marked failed`;
  const restored = deployedBefore(journal.record, revision, past.revisions);
  await journal.write((now) => moveTo({ ...now, revision }, 'rejected', reason));
  await ports.history.writeBack(left.release, {
    failed: revision,
    reason,
    ...(restored === undefined ? {} : { restored }),
  });
  await tellGitHub(journal.record, 'failure', saidOf(journal.record, 'left'), ports.github);
  return { good: false, reason };
}

/** `on-cancel: finish`: what post saw to the end is as good as what main would have. */
async function proven({ verdict }: Watched, { record }: Journal, { github }: FinishPorts): Promise<Finished> {
  const good = verdict.outcome === 'pass';
  await tellGitHub(record, good ? 'success' : 'error', statusLine(record), github);
  return { good, reason: `watched to its end by post: ${verdict.reason}` };
}

const saidOf = ({ id, state }: ReleaseRecord, what: string): string => `${id} ${state}: cancelled, ${what}`;

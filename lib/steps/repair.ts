import type { TargetError } from '../domain/errors.ts';
import type { ReleaseRef } from '../domain/kubernetes.ts';
import { describeJob, sameJob } from '../domain/record/job.ts';
import { hasCome } from '../domain/record/standing.ts';
import { nothingApplied, statusLine } from '../domain/record/status-line.ts';
import type { RecordState } from '../domain/record/types.ts';
import { mayBeRepaired, nextStep, refusalOf } from '../domain/repair/next-step.ts';
import type { NextStep } from '../domain/repair/next-step.ts';
import { needsText } from '../domain/repair/owed.ts';
import type { Aftermath, HeldRevision } from '../domain/repair/owed.ts';
import { closed } from '../domain/repair/truth.ts';
import type { GitHubDeployments, GitHubJobs } from '../ports/github.ts';
import type { ReleaseHistory } from '../ports/helm.ts';
import type { Log } from '../ports/log.ts';
import type { Lock, LockOptions, Records } from '../ports/records.ts';
import { forgetBrokenOff } from './broken-off.ts';
import { deployedAgain } from './deployed-again.ts';
import { untilQuiet } from './quiet.ts';
import type { QuietPorts } from './quiet.ts';
import { tellGitHub } from './tell-github.ts';

export interface RepairPorts extends QuietPorts {
  readonly records: Records;
  readonly jobs: GitHubJobs;
  readonly github: Pick<GitHubDeployments, 'report'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export interface RepairOrder {
  readonly release: ReleaseRef;
  readonly lockTakeover: LockOptions['takeover'];
  /** What becomes of an undo that was claimed and has not ended: a rollback goes on with it, a deploy closes it. */
  readonly claims: 'close' | 'leave';
}

export interface Repaired {
  /** How things are now. */
  readonly past: Aftermath;
  /** Helm lets nobody in, and it is not ours to put right. */
  readonly refused?: TargetError;
}

type Repair = Extract<NextStep, { kind: 'repair' }>;

/**
 * Puts right what a run left that was killed outright: Helm's history tells the truth again, and its records say how
 * it ended. Nothing is rolled out. A helm that it left at work is waited for. Costs nothing where nothing is owed.
 */
export async function repair(order: RepairOrder, lock: Lock, ports: RepairPorts): Promise<Repaired> {
  const { release } = order;
  const before = await readAftermath(release, ports);
  await tellOfEnded(before, lock, ports);
  const first = await decide(before, order, lock, ports);
  if (first.kind !== 'repair') return { past: before, ...refusedBy(first, release) };

  const { got } = lock;
  const how = got.kind === 'taken-over' ? ` (${got.why})` : '';
  ports.log.warn(
    `${describeJob(first.writer)} did not finish its work${how}: what it left is put right first`,
  );
  if (first.truth !== undefined || got.kind === 'taken-over')
    await untilQuiet(release, before.revisions[0]?.revision ?? 0, ports);

  // Helm would compare the next release with a rollback that never stood; a rollback step does this by itself.
  if (first.claimed && order.claims === 'close') {
    await lock.check();
    for (const revision of await forgetBrokenOff(release, ports.history))
      ports.log.info(`revision ${revision}, a rollback that broke off, is taken out of Helm's history`);
  }
  // A helm that was still at work has changed it meanwhile.
  const now = await readAftermath(release, ports);
  const last = await decide(now, order, lock, ports);
  if (last.kind !== 'repair') return { past: now, ...refusedBy(last, release) };
  await write(last, now, order, lock, ports);
  return { past: await readAftermath(release, ports) };
}

const ends: Partial<Record<RecordState, 'success' | 'failure'>> = {
  ready: 'success',
  verified: 'success',
  rejected: 'failure',
  'rolled-back': 'failure',
  abandoned: 'failure',
};

/** Who died with the lock in its hands had told its record how it ended, but perhaps not GitHub. */
async function tellOfEnded(past: Aftermath, { got, holder }: Lock, { github }: RepairPorts): Promise<void> {
  if (got.kind !== 'taken-over' || got.holder === 'unreadable') return;
  const dead = got.holder;
  if (dead.repository !== holder.actor.repository) return;
  const last = past.records.find(({ by }) => sameJob(by, dead));
  const state = last && ends[last.state];
  if (last === undefined || state === undefined) return;
  const more = hasCome(last, past) ? '' : `: ${nothingApplied}`;
  await tellGitHub(last, state, statusLine(last, more), github);
}

/** Records and revisions, and the text of the newest one where its labels do not tell enough. */
export async function readAftermath(
  release: ReleaseRef,
  { records, history }: { readonly records: Records; readonly history: ReleaseHistory },
): Promise<Aftermath> {
  const [known, revisions] = await Promise.all([records.of(release), history.list(release)]);
  const labels = { records: known, revisions };
  const [newest] = revisions;
  if (newest === undefined || !needsText(labels)) return labels;
  return { ...labels, newest: await history.read(release, newest.revision) };
}

async function decide(
  past: Aftermath,
  { lockTakeover }: RepairOrder,
  { got, holder }: Lock,
  { jobs }: RepairPorts,
): Promise<NextStep> {
  const facts = { ...past, me: holder.actor, got, takeover: lockTakeover };
  const step = nextStep(facts);
  return step.kind === 'ask' ? nextStep({ ...facts, job: await jobs.finished(step.job) }) : step;
}

const refusedBy = (step: NextStep, release: ReleaseRef): Pick<Repaired, 'refused'> =>
  step.kind === 'refuse' ? { refused: refusalOf(release, step.stuck, step.writer) } : {};

/** History first: killed in between, the next run closes the record. */
async function write(
  { truth, dues, claimed }: Repair,
  past: Aftermath,
  { release, claims }: RepairOrder,
  lock: Lock,
  { history, records, github, log }: RepairPorts,
): Promise<void> {
  const goesOn = claimed && claims === 'leave';
  if (truth !== undefined && !goesOn) {
    await lock.check();
    await history.writeBack(release, truth);
    const { failed, restored } = truth;
    const again = restored === undefined ? '' : `, revision ${restored} deployed again`;
    log.info(`revision ${failed} is marked failed${again}; nothing was rolled out`);
  }
  for (const due of dues) {
    if (goesOn && due.owed.kind !== 'word') continue;
    await lock.check();
    const again =
      due.owed.kind === 'word' ? await deployedAgain(due.record, past, release, history) : undefined;
    if (again !== undefined) log.info(`revision ${again} is called deployed again, as it was`);
    const record = await records.change(due.record, (now) => closed(now, due));
    log.info(`record ${record.id} is ${record.state}: ${record.reason ?? ''}`);
    // The number of a Deployment means something in its own repository only.
    if (due.writer.repository === lock.holder.actor.repository)
      await tellGitHub(record, 'failure', `${record.id} ${record.state}: ${record.reason ?? ''}`, github);
  }
}

/** Before the lock is ours: refuses what no run can have left, so that nobody waits for nothing. */
export async function refuseByHand(
  release: ReleaseRef,
  stuck: HeldRevision,
  { records }: { readonly records: Records },
): Promise<void> {
  if (!mayBeRepaired(stuck, await records.of(release))) throw refusalOf(release, stuck);
}

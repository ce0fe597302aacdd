/** What the next run does about what a dead one left, before it begins itself. Pure: what it wants to know, it asks. */
import { TargetError } from '../errors.ts';
import type { ReleaseRef } from '../kubernetes.ts';
import type { JobState, LockGot } from '../lock/decide.ts';
import { describeJob, sameJob, succeeds } from '../record/job.ts';
import type { Job } from '../record/job.ts';
import type { ReleaseRecord } from '../record/types.ts';
import { maySpeakOf, owedBy } from './owed.ts';
import type { Aftermath, HeldRevision } from './owed.ts';
import { isOpen, truthOf } from './truth.ts';
import type { Due, Truth } from './truth.ts';

/** The lock is ours: nobody who respects it is at work any more, but a helm may be. */
export interface RepairFacts extends Aftermath {
  readonly me: Job;
  readonly got: LockGot;
  readonly takeover: 'proven' | 'expired';
  /** What GitHub says of the job that was asked about; undefined while none was. */
  readonly job?: JobState;
}

export type NextStep =
  | { readonly kind: 'nothing' }
  /** Whether this job has ended would decide it. */
  | { readonly kind: 'ask'; readonly job: Job }
  | {
      readonly kind: 'repair';
      readonly writer: Job;
      readonly dues: readonly Due[];
      readonly truth?: Truth;
      /** An undo is claimed among them: a rollback goes on with it, anybody else closes the claim. */
      readonly claimed: boolean;
    }
  /** Helm lets nobody in, and whoever left it so is not known, or not known to be gone. */
  | { readonly kind: 'refuse'; readonly stuck: HeldRevision; readonly writer?: Job };

/** Decides what is still owed, and whether whoever owes it is gone. Not knowing is no proof: then only `pending` stops. */
export function nextStep(facts: RepairFacts): NextStep {
  const dues = facts.records.flatMap((record) => dueOf(record, facts));
  const stuck = stuckIn(facts.revisions);
  const main = dues.find((due) => truthOf(due, facts.revisions) !== undefined);
  const asked = main ?? dues.find(isMissed);
  const fate = asked && fateOf(asked.writer, facts);
  if (asked !== undefined && fate === 'unasked') return { kind: 'ask', job: asked.writer };
  if (stuck !== undefined && (main === undefined || fate !== 'gone'))
    return { kind: 'refuse', stuck, ...(main === undefined ? {} : { writer: main.writer }) };

  const isGone = (writer: Job): boolean =>
    asked !== undefined && sameJob(writer, asked.writer) ? fate === 'gone' : isKnownGone(writer, facts);
  const paid = dues.filter(({ writer }) => isGone(writer));
  const first = main !== undefined && paid.includes(main) ? main : paid[0];
  if (first === undefined) return { kind: 'nothing' };
  const truth = truthOf(first, facts.revisions);
  return {
    kind: 'repair',
    writer: first.writer,
    dues: paid,
    ...(truth === undefined ? {} : { truth }),
    claimed: paid.some(({ owed }) => owed.kind === 'undo'),
  };
}

/** Worth the question although Helm's history is right: a claim stands open, or a GitHub Deployment in progress. */
const isMissed = ({ record, owed }: Due): boolean =>
  owed.kind === 'undo' || record.deploymentId !== undefined;

function dueOf(record: ReleaseRecord, facts: RepairFacts): Due[] {
  const owed = owedBy(record, facts);
  const due = { record, owed, writer: owed.kind === 'undo' ? owed.claim.by : record.by };
  return isOpen(due) || truthOf(due, facts.revisions) !== undefined ? [due] : [];
}

/** A revision that keeps Helm from the next one: it refuses every upgrade, dry runs too. */
export function stuckIn([newest]: readonly HeldRevision[]): HeldRevision | undefined {
  return newest !== undefined && /^(pending-|uninstalling$)/.test(newest.status) ? newest : undefined;
}

/** Known without asking: it has held the lock until it was taken over, or goes on in us. */
const isKnownGone = (writer: Job, { me, got }: RepairFacts): boolean =>
  succeeds(me, writer) ||
  (got.kind === 'taken-over' && got.holder !== 'unreadable' && sameJob(got.holder, writer));

function fateOf(writer: Job, facts: RepairFacts): 'gone' | 'alive' | 'unasked' {
  if (isKnownGone(writer, facts) || facts.job === 'finished') return 'gone';
  if (facts.job === undefined) return 'unasked';
  return facts.job === 'unknown' && facts.takeover === 'expired' ? 'gone' : 'alive';
}

/** Whether waiting for the lock may help: some record speaks of what is stuck, so its run may be at work, or be gone. */
export const mayBeRepaired = (stuck: HeldRevision, records: readonly ReleaseRecord[]): boolean =>
  records.some((record) => maySpeakOf(record, stuck.revision));

/** Why a stuck release is not touched, and the way out. */
export function refusalOf({ name, namespace }: ReleaseRef, stuck: HeldRevision, writer?: Job): TargetError {
  const { revision, status } = stuck;
  const subject = `release ${name} in namespace ${namespace}`;
  if (writer !== undefined)
    return new TargetError(
      `revision ${revision} is ${status}: ${describeJob(writer)} was at it, and is not known to have ended`,
      {
        subject,
        remedy:
          'wait for that run, or cancel it; the token needs actions: read to see that it has ended, or set lock-takeover: expired',
      },
    );
  const way = ['pending-install', 'uninstalling'].includes(status) ? 'uninstall' : 'rollback';
  return new TargetError(
    `revision ${revision} is ${status}: a helm was killed in the middle, or one is still running`,
    { subject, remedy: `make sure that no helm works on it, then: helm ${way} ${name} -n ${namespace}` },
  );
}

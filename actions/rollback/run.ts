import { formatDuration } from '../../lib/domain/duration.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { ChecksOutcome } from '../../lib/domain/checks/types.ts';
import { CancelledError } from '../../lib/domain/errors.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { isVerified } from '../../lib/domain/record/transitions.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { candidateTable, tableLines } from '../../lib/domain/rollback/table.ts';
import type { Candidate, Decision, From } from '../../lib/domain/rollback/types.ts';
import type { Lock, LockOptions } from '../../lib/ports/records.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { withLock } from '../../lib/steps/locked.ts';
import { runChecks } from '../../lib/steps/run-checks.ts';
import { undo } from '../../lib/steps/undo.ts';
import type { Undone } from '../../lib/steps/undo.ts';
import { announceRollback, closeRollback } from './deployment.ts';
import type { Inputs } from './inputs.ts';
import { leftBy } from './left.ts';
import { look } from './look.ts';
import type { Looked } from './look.ts';
import type { Ports } from './ports.ts';
import {
  outcomeOf,
  recordsOf,
  rejected,
  rollbackDraft,
  settled,
  unrecordedDraft,
  withVerify,
} from './record.ts';

export interface RollbackResult extends Result {
  readonly duration: Milliseconds;
  /** Absent when `from` is empty: nothing was looked at. */
  readonly looked?: Looked;
  /** Absent when nothing was changed. */
  readonly done?: Done;
}

export interface Done {
  readonly from: Candidate;
  readonly to: Candidate;
  readonly undone: Undone;
  readonly checks: ChecksOutcome | undefined;
  /** The rollback's own record, and that of the release that was left. */
  readonly own: ReleaseRecord;
  readonly left: ReleaseRecord;
  readonly deploymentId: number | undefined;
  /** Where the record lies as JSON, for the workflow to upload. */
  readonly recordFile: string;
}

/** Takes a release back to a state that was verified, and proves that it runs again. */
export async function rollback(inputs: Inputs, ports: Ports): Promise<RollbackResult> {
  const startedAt = ports.clock.now();
  const ended = (result: Result, looked?: Looked, done?: Done): RollbackResult => ({
    ...result,
    duration: ports.clock.now() - startedAt,
    ...(looked === undefined ? {} : { looked }),
    ...(done === undefined ? {} : { done }),
  });

  const { from } = inputs;
  if (from === undefined)
    return ended({ result: 'skipped', reason: 'from is empty: the deploy never got as far as a record' });
  const first = await ports.log.group('What there was, and what to do', () => told(from, inputs, ports));
  if (first.decision.kind !== 'undo') return ended(nothingDone(first.decision), first);
  if (inputs.dryRun) {
    const reason = `dry run: it would go from revision ${first.decision.from.revision} to ${first.decision.to.revision}`;
    return ended({ result: 'success', reason }, first);
  }

  const lockOptions: LockOptions = {
    timeout: inputs.lockTimeout,
    takeover: inputs.lockTakeover,
    signal: ports.signal,
    onWaiting: (holder, waited) =>
      ports.log.info(`${formatDuration(waited)}  waiting for the lock: ${holder} holds it`),
  };
  let cancelled = false;
  const goBack = async (lock: Lock): Promise<RollbackResult> => {
    ports.leave(leftBy(inputs, ports.holder));
    try {
      // Another run may have shipped, or undone it, while this one waited.
      const looked = await look(from, inputs, ports);
      if (looked.decision.kind !== 'undo') return ended(nothingDone(looked.decision), looked);
      const done = await goBackTo(looked.decision, looked, lock, inputs, ports);
      return ended(resultOf(done), looked, done);
    } catch (error) {
      cancelled = error instanceof CancelledError;
      throw error;
    } finally {
      if (!cancelled) ports.leave(undefined);
    }
  };
  return withLock(ports.locks, inputs.release, ports.holder, lockOptions, goBack, () => cancelled);
}

/** From the first write to the last: records, undo, proof, GitHub. */
async function goBackTo(
  { from, to, overridden }: Extract<Decision, { kind: 'undo' }>,
  { facts }: Looked,
  lock: Lock,
  inputs: Inputs,
  ports: Ports,
): Promise<Done> {
  const why = inputs.reason === '' ? `rolled back by ${ports.actor.actor || 'a workflow'}` : inputs.reason;
  const forced = overridden.map(({ reason }) => `forced although ${reason}`);
  const reason = [why, ...forced].join('; ');

  const own = await Journal.open(rollbackDraft(from, to, facts, inputs, ports), { ...ports, lock });
  const left = await reject(from, facts, reason, lock, inputs, ports);
  const newest = Math.max(...facts.revisions.map(({ revision }) => revision));
  const begun = { from: left.record.seq, own: own.record.seq, toRevision: to.revision, newest };
  ports.leave({ ...leftBy(inputs, ports.holder), begun });
  const deployment = announceRollback(own.record, left.record, inputs.environment, ports);

  const undone = await own.step(
    `back to revision ${to.revision}`,
    () =>
      undo(
        {
          release: inputs.release,
          to: to.revision,
          // A revision that failed says why already; one that is no longer the newest, Helm has dealt with.
          ...(from.status === 'failed' || from.revision !== newest ? {} : { failed: from.revision }),
          wasDeployed: to.revision,
          reason: left.record.reason ?? reason,
          by: ports.actor,
          part: 'rollback',
          timeout: inputs.timeout,
          gate: inputs.gate,
          ignore: inputs.ignore,
          forceConflicts: inputs.forceConflicts,
          freeStuckPods: inputs.freeStuckPods,
          onProgress: ports.progress,
          signal: ports.signal,
        },
        left,
        ports,
      ),
    outcomeOf,
  );
  await own.write((now) => settled(now, undone, ports));
  const checks = undone.kind === 'undone' ? await verify(own, inputs, ports) : undefined;

  const good = isVerified(own.record);
  const closing = { own: own.record, left: left.record, good };
  const deploymentId = await closeRollback(deployment, closing, inputs, ports);
  if (deploymentId !== undefined) await own.write((now) => ({ ...now, deploymentId }));
  const recordFile = ports.files.keep('record.json', JSON.stringify(own.record, undefined, 2));
  await ports.records.prune(inputs.release);
  return { from, to, undone, checks, own: own.record, left: left.record, deploymentId, recordFile };
}

/** Marks everything that speaks for what is left as rejected; returns the journal that the undo is claimed in. */
async function reject(
  from: Candidate,
  facts: Looked['facts'],
  reason: string,
  lock: Lock,
  inputs: Inputs,
  ports: Ports,
): Promise<Journal> {
  const named = inputs.from?.kind === 'record' ? inputs.from.id : undefined;
  const [first, ...others] = recordsOf(from, facts, named);
  const journal =
    first === undefined
      ? await Journal.open(unrecordedDraft(from, facts, inputs, ports), { ...ports, lock })
      : Journal.resume(first, { ...ports, lock });
  await journal.write((now) => rejected(now, reason));
  for (const record of others.filter(({ state }) => state === 'applied' || isVerified({ ...record, state })))
    await ports.records.change(record, (now) => rejected(now, reason));
  return journal;
}

async function verify(own: Journal, inputs: Inputs, ports: Ports): Promise<ChecksOutcome | undefined> {
  if (inputs.verify.length === 0) return undefined;
  const order = { checks: inputs.verify, timeout: inputs.timeout };
  const checks = await own.step(
    'verify',
    () => runChecks(order, ports),
    ({ outcome }) => outcome,
  );
  await own.write((now) => withVerify(now, checks, ports));
  return checks;
}

async function told(from: From, inputs: Inputs, ports: Ports): Promise<Looked> {
  const looked = await look(from, inputs, ports);
  const { candidates, decision, notes } = looked;
  for (const line of tableLines(candidateTable(candidates, decision, ports.clock.now())))
    ports.log.info(line);
  for (const note of notes) ports.log.warn(note);
  return looked;
}

function nothingDone(decision: Exclude<Decision, { kind: 'undo' }>): Result {
  if (decision.kind === 'skip') return { result: 'skipped', reason: decision.reason };
  return { result: 'failure', reason: decision.refusals.map(({ reason }) => reason).join('; ') };
}

function resultOf({ undone, checks }: Done): Result {
  if (undone.kind === 'already claimed') return { result: 'skipped', reason: undone.detail };
  const outcome = outcomeOf(undone);
  if (outcome !== 'pass')
    return { result: outcome === 'fail' ? 'failure' : 'inconclusive', reason: undone.detail };
  if (checks === undefined || checks.outcome === 'pass')
    return {
      result: 'success',
      reason: `${undone.detail}${checks === undefined ? '' : `; ${checks.reason}`}`,
    };
  return {
    result: checks.outcome === 'fail' ? 'failure' : 'inconclusive',
    reason: `${undone.detail}, but ${checks.reason}`,
  };
}

import type { ChecksOutcome } from '../../lib/domain/checks/types.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { withoutOrphan } from '../../lib/domain/rollback/again.ts';
import { newestOf } from '../../lib/domain/rollback/candidates.ts';
import { schemaLine } from '../../lib/domain/rollback/schema-check.ts';
import type { SchemaCheck } from '../../lib/domain/rollback/schema-check.ts';
import type { Candidate, Decision, PastFacts } from '../../lib/domain/rollback/types.ts';
import type { Lock } from '../../lib/ports/records.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { runChecks } from '../../lib/steps/run-checks.ts';
import { recordSchema } from '../../lib/steps/schema-record.ts';
import { undo } from '../../lib/steps/undo.ts';
import type { Undone, UndoOrder } from '../../lib/steps/undo.ts';
import { untilAnnounced } from '../../lib/steps/tell-github.ts';
import type { Unfinished } from '../../lib/steps/unfinished.ts';
import { announceRollback, closeRollback } from './deployment.ts';
import type { Inputs } from './inputs.ts';
import type { Begun, Left } from './left.ts';
import type { Looked } from './look.ts';
import type { Ports } from './ports.ts';
import {
  outcomeOf,
  outcomeOfAll,
  recordsOf,
  rejected,
  rollbackDraft,
  settled,
  unrecordedDraft,
  withVerify,
} from './record.ts';

export interface Done {
  readonly from: Candidate;
  readonly to: Candidate;
  readonly undone: Undone;
  /** Absent where none were asked for, or what they were to prove did not come back. */
  readonly checks: ChecksOutcome | undefined;
  /** The rollback's own record, and that of the release that was left. */
  readonly own: ReleaseRecord;
  readonly left: ReleaseRecord;
  readonly deploymentId: number | undefined;
  /** Where the record lies as JSON, for the workflow to upload. */
  readonly recordFile: string;
}

const notCompared: SchemaCheck = { kind: 'not compared' };

/** From the first write to the last: records, undo, proof, GitHub. */
export async function goBack(
  { from, to, overridden }: Extract<Decision, { kind: 'undo' }>,
  { facts, schema = notCompared }: Pick<Looked, 'facts' | 'schema'>,
  lock: Lock,
  unfinished: Unfinished<Left>,
  inputs: Inputs,
  ports: Ports,
): Promise<Done> {
  ports.log.info(`going back from revision ${from.revision} to revision ${to.revision}: ${to.why}`);
  const why = inputs.reason === '' ? `rolled back by ${ports.actor.actor || 'a workflow'}` : inputs.reason;
  const forced = overridden.map((refusal) => `forced although ${refusal.reason}`);
  for (const line of forced) ports.log.warn(line);
  const reason = [why, ...forced].join('; ');

  const [left, others] = await leaving(from, facts, lock, inputs, ports);
  const own = await Journal.open(rollbackDraft({ from, to, reason }, facts, inputs, ports), {
    ...ports,
    lock,
  });
  const newest = Math.max(...facts.revisions.map(({ revision }) => revision));
  const failed = untold(from, facts);
  unfinished.begin({
    own: own.record.seq,
    from: left.record.seq,
    toRevision: to.revision,
    newest,
    ...failed,
  });
  await left.write((now) => rejected(withoutOrphan(now, ports.actor), reason));
  for (const record of others) await ports.records.change(record, (now) => rejected(now, reason));
  const deployment = announceRollback(own, left.record, inputs.environment, ports);

  const going = own.step(
    `back to revision ${to.revision}`,
    () =>
      undo(
        {
          release: inputs.release,
          to: to.revision,
          ...failed,
          newest,
          wasDeployed: to.revision,
          reason: left.record.reason ?? reason,
          by: ports.actor,
          part: 'rollback',
          schema: schemaLine(schema),
          timeout: inputs.timeout,
          gate: inputs.gate,
          ignore: inputs.ignore,
          forceConflicts: inputs.forceConflicts,
          freeStuckPods: inputs.freeStuckPods,
          onForgotten: (now) => {
            unfinished.note(leftOver(now));
            return own.write((record) => ({ ...record, after: now.newest ?? newest }));
          },
          onProgress: ports.progress,
          signal: ports.signal,
        },
        left,
        ports,
      ),
    outcomeOf,
  );
  const undone = await going.catch(async (error: unknown) => {
    await untilAnnounced(deployment, ports.clock);
    throw error;
  });
  await own.write((now) => settled(now, undone, ports));
  const checks = undone.kind === 'undone' ? await verify(own, inputs, ports) : undefined;
  await recordSchema(own.record, (change) => own.write(change), ports);

  const closing = { own: own.record, left: left.record, outcome: outcomeOfAll(undone, checks) };
  const deploymentId = await closeRollback(deployment, closing, inputs, ports);
  if (deploymentId !== undefined && own.record.deploymentId === undefined)
    await own.write((now) => ({ ...now, deploymentId }));
  unfinished.over();
  const recordFile = ports.files.keep('record.json', JSON.stringify(own.record, undefined, 2));
  await ports.records.prune(inputs.release);
  return { from, to, undone, checks, own: own.record, left: left.record, deploymentId, recordFile };
}

/**
 * The revision that Helm's history is to call failed. One that failed says why already; one that is no longer the
 * newest, Helm has dealt with, but for what a killed helm began after it.
 */
function untold(from: Candidate, { revisions }: PastFacts): { readonly failed?: number } {
  const newest = newestOf(revisions);
  if (newest === undefined) return {};
  const { revision, status } = newest;
  const isLeft = revision === from.revision && status !== 'failed';
  return isLeft || status.startsWith('pending-') ? { failed: revision } : {};
}

const leftOver = ({ newest, failed }: Pick<UndoOrder, 'newest' | 'failed'>): Partial<Begun> => ({
  ...(newest === undefined ? {} : { newest }),
  ...(failed === undefined ? {} : { failed }),
});

/** The record that the undo is claimed in, and the others that still speak for what is left. */
async function leaving(
  from: Candidate,
  facts: PastFacts,
  lock: Lock,
  inputs: Inputs,
  ports: Ports,
): Promise<[left: Journal, others: readonly ReleaseRecord[]]> {
  const named = inputs.from?.kind === 'record' ? inputs.from.id : undefined;
  const [first, ...others] = recordsOf(from, facts, named);
  const writing = { ...ports, lock };
  const left =
    first === undefined
      ? await Journal.open(unrecordedDraft(from, facts, inputs, ports), writing)
      : Journal.resume(first, writing);
  return [left, others.filter(({ state }) => speaksFor.has(state))];
}

const speaksFor: ReadonlySet<string> = new Set(['applied', 'ready', 'verified']);

/** Asks of the old version what `verify` says. */
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

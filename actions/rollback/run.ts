import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { stillMeant } from '../../lib/domain/rollback/meanwhile.ts';
import { schemaLine } from '../../lib/domain/rollback/schema-check.ts';
import type { SchemaCheck } from '../../lib/domain/rollback/schema-check.ts';
import { candidateTable, legend, tableLines } from '../../lib/domain/rollback/table.ts';
import type { Decision, From } from '../../lib/domain/rollback/types.ts';
import { lockedForPost } from '../../lib/steps/locked.ts';
import { repair } from '../../lib/steps/repair.ts';
import { goBack } from './go-back.ts';
import type { Done } from './go-back.ts';
import type { Inputs } from './inputs.ts';
import { leftBy } from './left.ts';
import { look } from './look.ts';
import type { Looked } from './look.ts';
import { checkMayWrite } from './may-write.ts';
import type { Ports } from './ports.ts';
import { outcomeOf } from './record.ts';

export interface RollbackResult extends Result {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly duration: Milliseconds;
  /** Absent when `from` is empty: nothing was looked at. */
  readonly looked?: Looked;
  /** Absent when nothing was changed. */
  readonly done?: Done;
}

/** Takes a release back to a state that was verified, and proves that it runs again. */
export async function rollback(inputs: Inputs, ports: Ports): Promise<RollbackResult> {
  const startedAt = ports.clock.now();
  const ended = (result: Result, looked?: Looked, done?: Done): RollbackResult => ({
    ...result,
    startedAt,
    duration: ports.clock.now() - startedAt,
    ...(looked === undefined ? {} : { looked }),
    ...(done === undefined ? {} : { done }),
  });

  const { from } = inputs;
  if (from === undefined)
    return ended({ result: 'skipped', reason: 'from is empty: the deploy never got as far as a record' });
  const first = await ports.log.group('What there was, and what to do', () => told(from, inputs, ports));
  const meant = first.decision;
  if (meant.kind === 'skip' || meant.kind === 'refuse') return ended(nothingDone(meant), first);
  if (inputs.dryRun) return ended(planned(meant, first.schema), first);
  await checkMayWrite(inputs, ports);

  return lockedForPost('rollback', leftBy(inputs, ports.holder), inputs, ports, async (lock, unfinished) => {
    // What it does not put right, because nobody is known to be gone, the decision refuses.
    await repair({ ...inputs, claims: 'leave' }, lock, ports);
    // Another run may have shipped, or undone it, while this one waited.
    const now = await look(from, inputs, ports, first);
    const looked = { ...now, decision: stillMeant(first, now) };
    if (looked.decision.kind !== 'undo') {
      unfinished.over();
      return ended(nothingDone(looked.decision), looked);
    }
    const done = await goBack(looked.decision, looked, lock, unfinished, inputs, ports);
    return ended(withSchema(resultOf(done), looked), looked, done);
  });
}

async function told(from: From, inputs: Inputs, ports: Ports): Promise<Looked> {
  const looked = await look(from, inputs, ports);
  const { candidates, decision, notes } = looked;
  const rows = candidateTable(candidates, decision, ports.clock.now());
  for (const line of [...tableLines(rows), legend(decision)]) if (line !== '') ports.log.info(line);
  for (const note of notes) ports.log.warn(note);
  return looked;
}

function planned(
  decision: Exclude<Decision, { kind: 'skip' | 'refuse' }>,
  schema: SchemaCheck = { kind: 'not compared' },
): Result {
  if (decision.kind === 'at-work') return nothingDone(decision);
  const { from, to } = decision;
  return {
    result: 'success',
    reason: `dry run: it would go from revision ${from.revision} back to revision ${to.revision}, ${to.why}; ${schemaLine(schema)}`,
  };
}

function nothingDone(decision: Exclude<Decision, { kind: 'undo' }>): Result {
  if (decision.kind === 'refuse')
    return { result: 'failure', reason: decision.refusals.map(({ reason }) => reason).join('; ') };
  if (decision.kind === 'skip') return { result: 'skipped', reason: decision.reason };
  const { record, claim } = decision;
  return {
    result: 'skipped',
    reason: `${claim.part} of run ${claim.by.run} is undoing ${record.id} since ${claim.at}`,
  };
}

/** Who asked for the comparison reads in the result what came of it. */
const withSchema = (result: Result, { schema }: Looked): Result =>
  result.result !== 'success' || schema === undefined || schema.kind === 'not compared'
    ? result
    : { ...result, reason: `${result.reason}; ${schemaLine(schema)}` };

function resultOf({ undone, checks }: Done): Result {
  if (undone.kind === 'already claimed') return { result: 'skipped', reason: undone.detail };
  const outcome = outcomeOf(undone);
  if (outcome !== 'pass')
    return { result: outcome === 'fail' ? 'failure' : 'inconclusive', reason: undone.detail };
  if (checks === undefined) return { result: 'success', reason: undone.detail };
  if (checks.outcome === 'pass') return { result: 'success', reason: `${undone.detail}; ${checks.reason}` };
  return {
    result: checks.outcome === 'fail' ? 'failure' : 'inconclusive',
    reason: `${undone.detail}, but ${checks.reason}`,
  };
}

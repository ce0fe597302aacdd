import type { DrillSeconds } from '../../lib/domain/database/drill.ts';
import { comparedText, secondsOf } from '../../lib/domain/database/drill.ts';
import { comparisonOf } from '../../lib/domain/database/fingerprint.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { ConfigurationError } from '../../lib/domain/errors.ts';
import { columns } from '../../lib/domain/report/columns.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { Contents, Database } from '../../lib/ports/database.ts';
import type { ScratchServers } from '../../lib/ports/scratch.ts';
import type { TimedRestore } from '../../lib/steps/backup/drill-restore.ts';
import { within } from '../../lib/steps/within.ts';
import { restoreBeside } from './beside.ts';
import { holdDrill, scratchOrder } from './drilling.ts';
import type { DrillDone } from './drilling.ts';
import type { Inputs } from './inputs.ts';
import { restoreInto } from './into.ts';
import { look } from './look.ts';
import type { Look } from './look.ts';
import { keptName } from './name.ts';
import { planRows } from './plan.ts';
import type { Ports } from './ports.ts';
import { switchOf } from './switch.ts';
import type { Switch } from './switch.ts';

export interface RestoreResult extends Result {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly duration: Milliseconds;
  readonly look: Look;
  /** Where it was restored into, or beside; absent where it was not. */
  readonly restored?: Restored;
  /** Absent but after a drill. */
  readonly drill?: DrillDone;
}

export interface Restored {
  /** Its name, and where it is in words. */
  readonly database: string;
  readonly described: string;
  readonly seconds: DrillSeconds;
  readonly contents: Contents;
  readonly nonTransactional: readonly string[];
  /** How to put it in the place of the old one; absent where it is the only one. */
  readonly switch?: Switch;
}

/** Restores a backup into an empty database, beside a live one, or into a server that is thrown away; and compares. */
export async function restoreDb(inputs: Inputs, ports: Ports): Promise<RestoreResult> {
  const startedAt = ports.clock.now();
  const found = await ports.log.group('What is restored, and where', () =>
    within({ timeout: inputs.timeout, subject: 'the restore' }, ports, (signal) =>
      told(startedAt, inputs, { ...ports, signal }),
    ),
  );
  const ended = (result: Result, rest: Pick<RestoreResult, 'restored' | 'drill'> = {}): RestoreResult => ({
    ...result,
    ...rest,
    startedAt,
    duration: ports.clock.now() - startedAt,
    look: found,
  });

  const isAnswered = inputs.mode === 'drill' && !inputs.dryRun && found.damage.length > 0;
  if (found.refusals.length > 0 && !isAnswered) {
    const [first] = found.refusals;
    const more = found.refusals.length > 1 ? ` (and ${found.refusals.length - 1} more)` : '';
    return ended({ result: 'failure', reason: `nothing was changed: ${first?.reason ?? ''}${more}` });
  }
  if (inputs.dryRun)
    return ended({
      result: 'success',
      reason: `dry run: it would restore ${found.manifest.id} ${direction(inputs, found)}`,
    });
  if (inputs.mode === 'drill') {
    const drill = await holdDrill(found, scratchOf(ports), startedAt, inputs, ports);
    warnOf(drill.nonTransactional, ports);
    return ended(drillResult(drill), { drill });
  }
  const restored = await restore(found, startedAt, inputs, ports);
  warnOf(restored.nonTransactional, ports);
  return ended(
    {
      result: 'success',
      reason: `${found.manifest.id} is in ${restored.database}, and ${comparedText(comparisonOf(found.manifest.engine, found.manifest.fingerprint))}`,
    },
    { restored },
  );
}

/** Looks, and says what it saw; a drill also sweeps, and sees that a server could be started. */
async function told(startedAt: number, inputs: Inputs, ports: Ports): Promise<Look> {
  const { log, scratch, signal } = ports;
  if (scratch !== undefined && !inputs.dryRun)
    for (const line of await scratch.sweep({ signal })) log.info(`swept: ${line}`);
  const found = await look(inputs, ports, startedAt);
  const refused = found.refusals.map(({ reason, remedy }) => ['refused', `${reason}: ${remedy}`]);
  for (const line of columns([...planRows(found, inputs, startedAt), ...refused])) log.info(line);
  for (const note of found.notes) log.warn(note);
  if (scratch !== undefined && found.refusals.length === 0)
    await scratch.preflight(scratchOrder(found.manifest, signal));
  return found;
}

async function restore(found: Look, startedAt: number, inputs: Inputs, ports: Ports): Promise<Restored> {
  const database = databaseOf(ports);
  const beganAt = ports.clock.now();
  const seconds = (timed: TimedRestore): DrillSeconds => ({
    prepare: secondsOf(beganAt - startedAt),
    restore: secondsOf(timed.restore),
    compare: secondsOf(timed.compare),
  });
  if (inputs.mode === 'into') {
    const timed = await ports.log.group('Restore', () => restoreInto(found, database, inputs, ports));
    return { ...timed, database: inputs.database, described: database.described, seconds: seconds(timed) };
  }
  const made = await ports.log.group('Restore', () =>
    restoreBeside(found, database, found.name, inputs, ports),
  );
  const change = switchOf({
    engine: found.manifest.engine,
    current: inputs.database,
    restored: found.name,
    kept: keptName(inputs.database, startedAt),
  });
  await ports.log.group('How to switch to it', async () => {
    for (const line of [change.how, ...change.first, ...change.commands]) ports.log.info(line);
  });
  return {
    ...made,
    database: found.name,
    described: made.database.described,
    seconds: seconds(made),
    switch: change,
  };
}

function direction({ mode, database }: Inputs, { where, name }: Look): string {
  if (mode === 'drill') return `into ${where}, compare it, and throw it away`;
  return mode === 'into' ? `into ${database}` : `into a new database ${name}, beside ${database}`;
}

function drillResult({ evidence: { outcome, reason } }: DrillDone): Result {
  if (outcome === 'passed') return { result: 'success', reason };
  return {
    result: 'failure',
    reason: outcome === 'missed' ? `it restores, but ${reason}` : `it does not restore: ${reason}`,
  };
}

function warnOf(tables: readonly string[], { log }: Ports): void {
  if (tables.length === 0) return;
  log.warn(
    `${tables.slice(0, 10).join(', ')}${tables.length > 10 ? ` and ${tables.length - 10} more` : ''}: no transaction covers these tables, so their rows need not be of one moment`,
  );
}

function databaseOf({ database }: Ports): Database {
  if (database !== undefined) return database;
  throw new ConfigurationError([{ input: 'database', problem: 'no database was named' }]);
}

function scratchOf({ scratch }: Ports): ScratchServers {
  if (scratch !== undefined) return scratch;
  throw new ConfigurationError([{ input: 'scratch', problem: 'no scratch server was named' }]);
}

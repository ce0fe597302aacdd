import { saying } from '../../lib/domain/errors.ts';
import type { Database } from '../../lib/ports/database.ts';
import { restoreTimed } from '../../lib/steps/backup/drill-restore.ts';
import type { TimedRestore } from '../../lib/steps/backup/drill-restore.ts';
import { within } from '../../lib/steps/within.ts';
import type { Inputs } from './inputs.ts';
import type { Look } from './look.ts';
import type { Ports } from './ports.ts';
import { progressOf } from './progress.ts';

/** Restores into the empty database; a failure says what it left there. */
export async function restoreInto(
  look: Look,
  database: Database,
  inputs: Inputs,
  ports: Ports,
): Promise<TimedRestore> {
  try {
    return await restoreThere(look, database, inputs, ports);
  } catch (error) {
    // A cancel leaves no time to look: the tools end, and with one transaction nothing stays.
    if (ports.signal.aborted) throw error;
    throw withState(error, await leftIn(database), ports);
  }
}

/** Restores into a database that is there and empty, and compares; within `timeout`. */
export async function restoreThere(
  { manifest, transaction }: Look,
  database: Database,
  { identities, globals, owners, timeout }: Inputs,
  ports: Ports,
): Promise<TimedRestore> {
  using progress = progressOf(manifest, ports);
  const { clock, storage } = ports;
  const { packing, onRestored } = progress;
  // Whose roles are not there, their disks are not either.
  const tablespaces = owners;
  return await within({ timeout, subject: 'the restore' }, ports, (signal) =>
    restoreTimed(
      { manifest, identities, globals, owners, tablespaces, oneTransaction: transaction.one, signal },
      { database, storage, packing, clock, onRestored },
    ),
  );
}

async function leftIn(database: Database): Promise<string> {
  try {
    const occupants = await database.occupants();
    return occupants.length === 0
      ? 'the database is as empty as it was'
      : `the database holds ${occupants[0]}${occupants.length > 1 ? ` and ${occupants.length - 1} more` : ''}: empty it before the next try`;
  } catch {
    return 'what is in the database now could not be seen';
  }
}

/** The same error, with what became of the target: in its words where they are ours, else in the log. */
export function withState(error: unknown, state: string, { log }: Pick<Ports, 'log'>): unknown {
  const worded = saying(error, { suffix: state });
  if (worded === error) log.warn(state);
  return worded;
}

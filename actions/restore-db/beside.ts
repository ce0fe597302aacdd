import { messageOf } from '../../lib/domain/errors.ts';
import type { Database } from '../../lib/ports/database.ts';
import type { TimedRestore } from '../../lib/steps/backup/drill-restore.ts';
import type { Inputs } from './inputs.ts';
import { restoreThere, withState } from './into.ts';
import type { Look } from './look.ts';
import type { Ports } from './ports.ts';

export interface RestoredBeside extends TimedRestore {
  readonly database: Database;
}

/** Makes a database on the same server and restores into it; one that is not what was dumped is dropped again. */
export async function restoreBeside(
  look: Look,
  server: Database,
  name: string,
  inputs: Inputs,
  ports: Ports,
): Promise<RestoredBeside> {
  // Without the signal: one that was made and not told of could not be dropped, for it might be another's.
  const database = await server.createBeside(name);
  ports.leave({ beside: name });
  ports.log.info(`made database ${name}`);
  try {
    const done = await restoreThere(look, database, inputs, ports);
    ports.leave(undefined);
    return { ...done, database };
  } catch (error) {
    throw withState(error, await dropped(server, name, ports), ports);
  }
}

async function dropped(server: Database, name: string, { leave }: Ports): Promise<string> {
  try {
    await server.dropBeside(name);
    leave(undefined);
    return `database ${name} was dropped again`;
  } catch (error) {
    return `database ${name} could not be dropped (${messageOf(error)}): post tries again`;
  }
}

/** What is in a database, and how it is emptied of what a failed restore has left. */
import { CancelledError, TargetError } from '../../domain/errors.ts';
import * as catalog from './catalog.ts';
import { readTables } from './contents.ts';
import { identifier, literal } from './literal.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';

interface Occupant {
  /** `package body`; as SQL drops it. */
  readonly kind: string;
  readonly name: string;
}

/** A line for each thing that is in a database which should have nothing. A trigger is its table's. */
export const occupantsOf = async (session: Session): Promise<string[]> =>
  (await readOccupants(session)).map(({ kind, name }) => `${kind} ${name}`);

async function readOccupants(session: Session): Promise<Occupant[]> {
  return [
    ...(await readTables(session)),
    ...(await session.rows<Occupant>(catalog.routinesSql)),
    ...(await session.rows<Occupant>(catalog.eventsSql)),
  ];
}

/** How often what is there is looked for again: the last statement of a restore that broke off may still be at work. */
const rounds = 5;

/**
 * Drops what a failed restore has made, for the database was empty before it; the failure, to be thrown. It says so
 * where that could not be done. The restore's session holds a lock named `mark`: when that can be had, it has ended.
 */
export async function emptied(server: Server, mark: string, failure: unknown): Promise<unknown> {
  try {
    await server.during(async (session) => {
      await session.ask(`SELECT GET_LOCK(${literal(mark)}, 60)`);
      await session.ask('SET SESSION foreign_key_checks = 0');
      for (let round = 0; round < rounds; round++) {
        const found = await readOccupants(session);
        if (found.length === 0) return;
        for (const { kind, name } of found) await session.ask(`DROP ${kind} IF EXISTS ${identifier(name)}`);
      }
      throw new Error('something makes new tables in it');
    });
    return failure;
  } catch (error) {
    return withLeftovers(failure, error instanceof Error ? error.message : String(error), server.described);
  }
}

function withLeftovers(failure: unknown, why: string, described: string): Error {
  const message = failure instanceof Error ? failure.message : String(failure);
  const text = `${message}; what was restored until then could not be dropped again: ${why}`;
  if (failure instanceof CancelledError) return new CancelledError(text);
  const [subject, details] =
    failure instanceof TargetError ? [failure.subject, failure.details] : [described, []];
  const remedy = 'drop that database yourself before you try again';
  return new TargetError(text, { subject, remedy, details }, { cause: failure });
}

import type { Result } from '../../lib/domain/report/result.ts';
import type { Database } from '../../lib/ports/database.ts';
import type { Left } from './left.ts';

export interface FinishPorts {
  readonly left: Left;
  /** By which the server is entered. */
  readonly database: Database;
}

/** Drops the database that main made and did not finish: a part of a database must not be taken for a whole one. */
export async function finishLeft(ports: FinishPorts | undefined): Promise<Result | undefined> {
  if (ports === undefined) return undefined;
  const { left, database } = ports;
  await database.dropBeside(left.beside);
  return {
    result: 'success',
    reason: `database ${left.beside}, which was not restored to its end, was dropped`,
  };
}

/** Other databases of the same server: where a backup is restored without touching the one that is in use. */
import { databaseNameProblem } from '../../domain/database/names.ts';
import { TargetError } from '../../domain/errors.ts';
import type { Cancellable } from '../../ports/database.ts';
import { identifier, literal } from './literal.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';

export async function createBeside(server: Server, name: string, options?: Cancellable): Promise<void> {
  const problem = databaseNameProblem(name);
  if (problem !== undefined)
    throw new TargetError(`no database can be named ${JSON.stringify(name)}: the name ${problem}`, {
      subject: server.described,
      remedy: 'choose another name',
    });
  await server.during(async (session) => {
    const like = await session.row<{ set: string; collation: string }>(`SELECT JSON_OBJECT(
  'set', default_character_set_name, 'collation', default_collation_name)
FROM information_schema.SCHEMATA WHERE schema_name = DATABASE()`);
    const encoded = `CHARACTER SET ${identifier(like.set)} COLLATE ${identifier(like.collation)}`;
    await session.ask(`CREATE DATABASE ${identifier(name)} ${encoded}`);
  }, options);
}

/** In the order of their names; compared byte by byte. */
export const namesBeside = (
  server: Server,
  prefix: string,
  options?: Cancellable,
): Promise<readonly string[]> =>
  server.during(async (session) => {
    const names = await session.rows<string>(
      'SELECT JSON_QUOTE(schema_name) FROM information_schema.SCHEMATA ORDER BY schema_name',
    );
    return names.filter((name) => name.startsWith(prefix));
  }, options);

/** Whoever has an open transaction in it would make DROP wait, so they are sent away first. */
export const dropBeside = (server: Server, name: string, options?: Cancellable): Promise<void> =>
  server.during(async (session) => {
    await sendAway(server, session, name, options);
    await session.ask(`DROP DATABASE IF EXISTS ${identifier(name)}`);
  }, options);

/** Those that may be seen, and killed: others' sessions take PROCESS and SUPER or CONNECTION ADMIN. */
async function sendAway(
  server: Server,
  session: Session,
  name: string,
  options: Cancellable | undefined,
): Promise<void> {
  const connected = await session.rows<{
    id: number;
  }>(`SELECT JSON_OBJECT('id', id) FROM information_schema.PROCESSLIST
WHERE db = ${literal(name)} AND id <> CONNECTION_ID()`);
  for (const { id } of connected)
    // In a session of its own, which an error ends: it may be gone by itself, or be somebody else's.
    await server.during((other) => other.ask(`KILL ${id}`), options).catch(() => undefined);
}

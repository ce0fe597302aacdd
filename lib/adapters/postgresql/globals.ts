/** Roles and grants of a whole server: out as SQL, and into another one where some of them exist. */
import { TargetError } from '../../domain/errors.ts';
import type { Cancellable, GlobalsOptions, Hop } from '../../ports/database.ts';
import { signalled, textOf } from '../database-place/reading.ts';
import { globalsArgv } from './argv.ts';
import { readGlobals } from './globals-sql.ts';
import type { GlobalsStatement } from './globals-sql.ts';
import type { Server } from './server.ts';

export async function dumpGlobals(server: Server, options?: Cancellable): Promise<Hop> {
  const tool = globalsArgv(server.connection.conninfo);
  return server.explained(await server.start(tool, { accounted: 'output', ...signalled(options) }));
}

const presentSql = `SELECT pg_catalog.jsonb_build_object(
  'role', (SELECT pg_catalog.jsonb_agg(rolname) FROM pg_catalog.pg_roles),
  'tablespace', (SELECT pg_catalog.jsonb_agg(spcname) FROM pg_catalog.pg_tablespace))`;

/** psql shows the line that it had trouble with, which may hold a password's hash: never where roles are made. */
const terse = 'SELECT 1;\n\\set VERBOSITY terse\nSELECT 1';

type Present = Readonly<Record<'role' | 'tablespace', readonly string[]>>;

/**
 * A role that is there stays as it is, its password and rights too (it may be the one that we came in as), and only
 * becomes a member of what it was a member of. Roles and grants come all or none; tablespaces cannot be made in a
 * transaction, and come after them.
 */
export async function applyGlobals(
  server: Server,
  sql: AsyncIterable<Uint8Array>,
  { tablespaces = true, ...options }: GlobalsOptions = {},
): Promise<void> {
  const statements = readGlobals(await textOf(sql));
  if (statements === undefined)
    throw new TargetError('the roles are not what pg_dumpall writes; nothing was changed', {
      subject: server.described,
      remedy: 'see that the backup’s globals are meant, and make another backup',
    });
  await server.during(async (session) => {
    const present = await session.json<Present>(presentSql);
    const ofTablespaces = ({ about }: GlobalsStatement): boolean => about.startsWith('tablespace');
    const wanted = statements.filter((statement) => isWanted(statement, present));
    await session.ask(terse);
    await session.ask('BEGIN');
    for (const each of wanted) if (!ofTablespaces(each)) await session.ask(each.sql);
    await session.ask('COMMIT');
    for (const each of wanted) if (tablespaces && ofTablespaces(each)) await session.ask(each.sql);
  }, options);
}

function isWanted({ about, name }: GlobalsStatement, present: Present): boolean {
  if (about === 'settings') return false; // the session has its own
  return about === 'role' || about === 'tablespace' ? !present[about].includes(name) : true;
}

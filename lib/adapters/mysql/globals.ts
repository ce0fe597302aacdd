/** Accounts, roles and what they may do, of a whole server: out as SQL, and into another one where some of them exist. */
import { TargetError, ToolError } from '../../domain/errors.ts';
import type { Cancellable, Hop } from '../../ports/database.ts';
import { counted } from '../streams/counted.ts';
import { serverVersion } from './contents.ts';
import { accountSql, footer, header, isBound, readStatements } from './globals-sql.ts';
import type { AccountSaid } from './globals-sql.ts';
import { account, identifier } from './literal.ts';
import { textOf } from '../database-place/reading.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';

/** What a server makes for itself, when it is set up or for its own work: another one has its own. */
const ownAccounts = `(user LIKE 'mysql.%' OR user IN ('mariadb.sys', 'debian-sys-maint', 'healthcheck', 'PUBLIC', '')
  OR (user IN ('root', 'mysql') AND host IN ('localhost', '127.0.0.1', '::1')))`;

interface AccountRow {
  readonly user: string;
  readonly host: string;
  readonly role: 0 | 1;
}

const accountsSql = (hasRoles: boolean): string => `SELECT JSON_OBJECT('user', user, 'host', host,
  'role', ${hasRoles ? `if(is_role = 'Y', 1, 0)` : '0'}) FROM mysql.user
WHERE NOT ${ownAccounts} ORDER BY user, host`;

/** They are few, so they are read at once; the stream ends with a line that says that it is whole. */
export async function dumpGlobals(server: Server, options?: Cancellable): Promise<Hop> {
  const text = await server.during(async (session) => {
    const { engine } = await serverVersion(server, session);
    const said = await readAccounts(session, engine === 'mariadb').catch((error: unknown) => {
      throw notAllowed(error, server.described);
    });
    return [header, ...accountSql(said), footer, ''].join('\n');
  }, options);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  return counted(bytes());
}

async function readAccounts(session: Session, hasRoles: boolean): Promise<AccountSaid[]> {
  const said: AccountSaid[] = [];
  for (const each of await session.rows<AccountRow>(accountsSql(hasRoles)))
    said.push(await readAccount(session, each));
  return said;
}

/** The same words would elsewhere mean the database that is dumped, and other rights. */
function notAllowed(error: unknown, subject: string): unknown {
  const said = error instanceof ToolError ? error.lastLines.filter((line) => /denied/i.test(line)) : [];
  if (said.length === 0) return error;
  return new TargetError(
    'the user may not read the accounts of the server, which roles and grants are dumped from',
    {
      subject,
      remedy:
        'leave them out (globals: false), or use an administrator: SELECT on the database mysql, and on MySQL 8 CREATE USER',
      details: said.map((line) => ['said', line] as const),
    },
    { cause: error },
  );
}

async function readAccount(session: Session, { user, host, role }: AccountRow): Promise<AccountSaid> {
  const name = role === 1 ? identifier(user) : account(user, host);
  const create =
    role === 1 ? `CREATE ROLE ${name}` : (await session.ask(`SHOW CREATE USER ${name}`)).join('\n');
  return { name, create, grants: await session.ask(`SHOW GRANTS FOR ${name}`) };
}

/** An account that is there stays as it is, its password too (it may be the one that we came in as), and gets its grants. */
export async function applyGlobals(
  server: Server,
  sql: AsyncIterable<Uint8Array>,
  options?: Cancellable,
): Promise<void> {
  const statements = readStatements(await textOf(sql));
  if (statements === undefined)
    throw new TargetError('the accounts are not what Slipway writes, or not all of it; nothing was changed', {
      subject: server.described,
      remedy: 'see that the backup’s globals are meant, and make another backup',
    });
  const [always, bound] = [statements.filter((each) => !isBound(each)), statements.filter(isBound)];
  await server.during(async (session) => {
    for (const statement of always) await session.ask(statement).catch(withoutHashes);
  }, options);
  for (const statement of bound) await applyBound(server, statement, options);
}

/**
 * Unlike a grant on a table, one on a routine or a column is taken only where that is there: not before its database
 * is restored, and not where it is restored under another name. Then there is nothing to grant. In a session of its
 * own, for an error ends it.
 */
async function applyBound(
  server: Server,
  statement: string,
  options: Cancellable | undefined,
): Promise<void> {
  try {
    await server.during((session) => session.ask(statement).catch(withoutHashes), options);
  } catch (error) {
    const said = error instanceof ToolError ? error.lastLines.join('\n') : '';
    if (!/does(?:n't| not) exist|Unknown column/.test(said)) throw error;
  }
}

/**
 * The server repeats what it had trouble with, and the client what it was given: there may be a password's hash in it.
 * So only the server's own words are told, up to where it quotes.
 */
function withoutHashes(error: unknown): never {
  if (!(error instanceof ToolError)) throw error;
  const { argv, exit, lastLines } = error;
  const said = lastLines
    .filter((line) => line.startsWith('ERROR '))
    .map((line) => line.replace(/ (?:to use )?near '.*/, ''));
  throw new ToolError(`${argv[0]} failed: ${said.at(-1) ?? `exit ${exit}`}`, { argv, exit, lastLines: said });
}

/**
 * Whether a user sees all of a database. What it may not see is in no list that the server gives it, so the dump tool
 * leaves it out, ends with 0, and nobody ever hears of it: a table without SELECT, a trigger without TRIGGER.
 */
import type { Version } from '../../domain/database/versions.ts';
import { TargetError } from '../../domain/errors.ts';
import type { Session } from './session.ts';

/** Throws where the user could be blind to something of the database. */
export async function refuseBlind(
  session: Session,
  server: Version,
  database: string,
  subject: string,
): Promise<void> {
  const missing = missingPrivileges(await readGrants(session, server), database, server);
  if (missing.length === 0) return;
  const user = (await session.ask('SELECT CURRENT_USER()')).join('');
  throw new TargetError(
    `the user ${user} may not see all of the database: what it cannot see would be missing from the dump, without a word`,
    {
      subject,
      remedy: 'grant it what is missing, or use a user that has it',
      details: missing.map((text) => ['missing', text] as const),
    },
  );
}

/** With those of the roles that are on: MariaDB tells them by itself, MySQL only when it is asked. */
async function readGrants(session: Session, { engine, major }: Version): Promise<string[]> {
  if (engine !== 'mysql' || major < 8) return session.ask('SHOW GRANTS');
  const roles = (await session.ask('SELECT CURRENT_ROLE()')).join('');
  return session.ask(roles === 'NONE' ? 'SHOW GRANTS' : `SHOW GRANTS FOR CURRENT_USER() USING ${roles}`);
}

interface Grant {
  readonly privileges: readonly string[];
  readonly on: 'server' | 'database' | 'routine books';
}

/** What to grant, a line each; from the lines of SHOW GRANTS. */
export function missingPrivileges(
  lines: readonly string[],
  database: string,
  { engine, major }: Version,
): string[] {
  const grants = lines.flatMap((line) => readGrant(line, database) ?? []);
  const has = (privilege: string, ...where: readonly Grant['on'][]): boolean =>
    grants.some(
      ({ privileges, on }) =>
        where.includes(on) && (privileges.includes(privilege) || privileges.includes('ALL PRIVILEGES')),
    );
  const of = ['SELECT', 'TRIGGER', 'EVENT'].filter((each) => !has(each, 'server', 'database'));
  // Whoever may make, change or call them sees which there are; to read one of somebody else takes more, and the dump
  // tool says so.
  const seesRoutines =
    has('SELECT', 'server', 'routine books') ||
    ['SHOW_ROUTINE', 'SHOW CREATE ROUTINE'].some((each) => has(each, 'server', 'database')) ||
    ['EXECUTE', 'CREATE ROUTINE', 'ALTER ROUTINE'].some((each) => has(each, 'server', 'database'));
  const routines = engine === 'mysql' && major >= 8 ? 'SHOW_ROUTINE ON *.*' : 'SELECT ON `mysql`.`proc`';
  return [
    ...(of.length === 0 ? [] : [`${of.join(', ')} ON \`${database}\`.*`]),
    ...(seesRoutines ? [] : [`${routines}, for procedures and functions`]),
  ];
}

/** Undefined for what is about something else: another database, one table, a role. */
function readGrant(line: string, database: string): Grant | undefined {
  const [, privileges = '', object = ''] =
    /^GRANT (.+?) ON (\*\.\*|`(?:[^`]|``)+`\.(?:\*|`(?:[^`]|``)+`)) TO /.exec(line) ?? [];
  const on =
    object === '*.*'
      ? 'server'
      : object === '`mysql`.`proc`'
        ? 'routine books'
        : object.endsWith('.*') && isMeant(object.slice(1, -3).replaceAll('``', '`'), database)
          ? 'database'
          : undefined;
  return on === undefined ? undefined : { privileges: privileges.split(', '), on };
}

/** In a grant the name of a database is a pattern: `shop\_%`. */
function isMeant(pattern: string, database: string): boolean {
  const source = pattern.replace(/\\?[\s\S]/g, (sign) => {
    if (sign === '%') return '[\\s\\S]*';
    if (sign === '_') return '[\\s\\S]';
    return sign.replace(/^\\(?=[%_\\])/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`).test(database);
}

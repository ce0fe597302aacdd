/** How to put a database that was restored beside in the place of the old one. Printed, never done. Pure. */
import type { Engine } from '../../lib/domain/database/locator.ts';

export interface SwitchOrder {
  readonly engine: Engine;
  /** The one in use. */
  readonly current: string;
  readonly restored: string;
  /** What the old one is called afterwards. */
  readonly kept: string;
}

export interface Switch {
  /** What the reader does, in a few sentences. */
  readonly how: string;
  /**
   * SQL to run before: its answer are the statements, to be run after, for what belongs to the database itself and so
   * is not restored with its contents. Only its administrator sees all of that.
   */
  readonly first: readonly string[];
  /** SQL, in order; empty where there is nothing to run. */
  readonly commands: readonly string[];
  /** SQL that goes back. */
  readonly back: readonly string[];
}

export function switchOf(order: SwitchOrder): Switch {
  return order.engine === 'postgresql' ? byRename(order) : byConnection(order);
}

/** A database that somebody is connected to cannot be renamed, so the old one lets nobody in first. */
function byRename({ current, restored, kept }: SwitchOrder): Switch {
  return {
    how: `Stop what writes, then run this as the owner of both, connected to another database of the server (${maintenance(current)}). Every connection to ${current} ends. What was written after the snapshot stays in ${kept}. A switch loses what belongs to the database itself and is not restored with its contents: settings (ALTER DATABASE … SET), grants on the database, its connection limit and its comment. Before the switch, list them with the first query; after it, run what that printed. Logical replication slots stay with ${kept}.`,
    first: [ownPropertiesSql(current)],
    commands: [
      `ALTER DATABASE ${name(current)} WITH ALLOW_CONNECTIONS false;`,
      endConnections(current, restored),
      `ALTER DATABASE ${name(current)} RENAME TO ${name(kept)};`,
      `ALTER DATABASE ${name(restored)} RENAME TO ${name(current)};`,
    ],
    back: [
      `ALTER DATABASE ${name(current)} WITH ALLOW_CONNECTIONS false;`,
      endConnections(current),
      `ALTER DATABASE ${name(current)} RENAME TO ${name(restored)};`,
      `ALTER DATABASE ${name(kept)} RENAME TO ${name(current)};`,
      `ALTER DATABASE ${name(current)} WITH ALLOW_CONNECTIONS true;`,
    ],
  };
}

/**
 * As pg_dump --create would write it (dumpDatabase, dumpDatabaseConfig; pg_dump.c): the value of a setting that is a
 * list of names is stored as it must be written, any other one is a text.
 */
const ownPropertiesSql = (current: string): string => `SELECT statement FROM (
  SELECT 1 AS place, format('ALTER DATABASE %I CONNECTION LIMIT %s;', datname, datconnlimit) AS statement
    FROM pg_database WHERE datname = ${literal(current)} AND datconnlimit >= 0
  UNION ALL SELECT 2, format('COMMENT ON DATABASE %I IS %L;', datname, shobj_description(oid, 'pg_database'))
    FROM pg_database WHERE datname = ${literal(current)} AND shobj_description(oid, 'pg_database') IS NOT NULL
  UNION ALL SELECT 3, format('REVOKE ALL ON DATABASE %I FROM PUBLIC;', datname)
    FROM pg_database WHERE datname = ${literal(current)} AND datacl IS NOT NULL
  UNION ALL SELECT 4, format('GRANT %s ON DATABASE %I TO %s%s;', privilege_type, datname,
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
      CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_database, aclexplode(datacl) WHERE datname = ${literal(current)}
  UNION ALL SELECT 5, format('ALTER %s SET %I TO %s;',
      CASE setrole WHEN 0 THEN format('DATABASE %I', datname)
        ELSE format('ROLE %I IN DATABASE %I', pg_get_userbyid(setrole), datname) END,
      split_part(each, '=', 1),
      CASE WHEN split_part(each, '=', 1) IN ('search_path', 'temp_tablespaces', 'local_preload_libraries',
          'session_preload_libraries') THEN substr(each, strpos(each, '=') + 1)
        ELSE quote_literal(substr(each, strpos(each, '=') + 1)) END)
    FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase, unnest(setconfig) AS each
    WHERE datname = ${literal(current)}
) AS own ORDER BY place, statement;`;

const maintenance = (current: string): string => (current === 'postgres' ? 'template1' : 'postgres');

const endConnections = (...databases: readonly string[]): string =>
  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${databases.map(literal).join(', ')}) AND pid <> pg_backend_pid();`;

const byConnection = ({ engine, current, restored }: SwitchOrder): Switch => ({
  how: `${engine === 'mysql' ? 'MySQL' : 'MariaDB'} cannot rename a database. Stop what writes, give the application's user the rights on ${restored} that it has on ${current}, and change its connection from database ${current} to ${restored}. Grants are by database name: the first query lists those on ${current}, written for ${restored}; grants on a pattern of names, on columns and on routines are in SHOW GRANTS.`,
  first: [
    // There a name is a pattern, in which _ means any letter.
    grantsSql('SCHEMA_PRIVILEGES', {
      current,
      on: `'${identifier(restored).replace(/[%_]/g, (sign) => `\\${sign}`)}.*'`,
    }),
    grantsSql('TABLE_PRIVILEGES', {
      current,
      on: `'${identifier(restored)}.', concat('\`', replace(table_name, '\`', '\`\`'), '\`')`,
    }),
  ],
  commands: [],
  back: [],
});

const grantsSql = (
  book: string,
  { current, on }: { readonly current: string; readonly on: string },
): string =>
  `SELECT concat('GRANT ', privilege_type, ' ON ', ${on}, ' TO ', grantee, if(is_grantable = 'YES', ' WITH GRANT OPTION', ''), ';') FROM information_schema.${book} WHERE replace(table_schema, '\\\\', '') = ${literal(current)};`;

/** Of MySQL, within a text. */
const identifier = (text: string): string =>
  `\`${text.replaceAll('`', '``')}\``.replace(/['\\]/g, (sign) => `\\${sign}`);

const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

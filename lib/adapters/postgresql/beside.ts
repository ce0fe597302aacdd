/** Other databases of the same server: where a backup is restored without touching the one that is in use. */
import { TargetError } from '../../domain/errors.ts';
import { databaseNameProblem } from '../../domain/database/names.ts';
import type { Cancellable } from '../../ports/database.ts';
import { identifier, literal } from './literal.ts';
import type { Server } from './server.ts';

/** A row of pg_database as jsonb: columns that a version does not have are not there. */
interface DatabaseRow {
  readonly encoding: string;
  readonly tablespace: string;
  readonly datcollate: string;
  readonly datctype: string;
  /** From 15 on: c, i (ICU), b (built in, from 17 on). */
  readonly datlocprovider?: string;
  /** 15 and 16; `datlocale` from 17 on. */
  readonly daticulocale?: string | null;
  readonly datlocale?: string | null;
  readonly daticurules?: string | null;
  /** Undefined where this user may not make somebody else the owner. */
  readonly owner?: string;
}

const ownRowSql = `SELECT pg_catalog.to_jsonb(d.*) || pg_catalog.jsonb_build_object(
  'encoding', pg_catalog.pg_encoding_to_char(d.encoding),
  'tablespace', (SELECT spcname FROM pg_catalog.pg_tablespace AS t WHERE t.oid = d.dattablespace))
  || CASE WHEN pg_catalog.pg_has_role(d.datdba, 'MEMBER')
     THEN pg_catalog.jsonb_build_object('owner', pg_catalog.pg_get_userbyid(d.datdba)) ELSE '{}' END
FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()`;

/** From template0, for what somebody added to template1 would be in the dump a second time. */
export function createDatabaseSql(name: string, like: DatabaseRow): string {
  const { datlocprovider: provider } = like;
  const locale = like.datlocale ?? like.daticulocale ?? undefined;
  const given: [string, string | null | undefined][] = [
    ['OWNER', like.owner === undefined ? undefined : identifier(like.owner)],
    ['TEMPLATE', 'template0'],
    ['ENCODING', literal(like.encoding)],
    ['LC_COLLATE', literal(like.datcollate)],
    ['LC_CTYPE', literal(like.datctype)],
    ['LOCALE_PROVIDER', provider === 'i' ? 'icu' : provider === 'b' ? 'builtin' : undefined],
    [
      provider === 'b' ? 'BUILTIN_LOCALE' : 'ICU_LOCALE',
      provider === 'c' || locale === undefined ? undefined : literal(locale),
    ],
    ['ICU_RULES', like.daticurules == null ? undefined : literal(like.daticurules)],
    ['TABLESPACE', like.tablespace === 'pg_default' ? undefined : identifier(like.tablespace)],
  ];
  const options = given.flatMap(([key, value]) => (value == null ? [] : [`${key} ${value}`]));
  return `CREATE DATABASE ${identifier(name)} ${options.join(' ')}`;
}

export async function createBeside(server: Server, name: string, options?: Cancellable): Promise<void> {
  const problem = databaseNameProblem(name);
  if (problem !== undefined)
    throw new TargetError(`no database can be named ${JSON.stringify(name)}: the name ${problem}`, {
      subject: server.described,
      remedy: 'choose another name',
    });
  await server.during(async (session) => {
    const like = await session.json<DatabaseRow>(ownRowSql);
    await session.ask(createDatabaseSql(name, like));
  }, options);
}

export const namesBeside = (
  server: Server,
  prefix: string,
  options?: Cancellable,
): Promise<readonly string[]> =>
  server.during(
    (session) =>
      session.json<string[]>(`SELECT coalesce(pg_catalog.jsonb_agg(datname ORDER BY datname), '[]')
  FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname::text, ${literal(prefix)})`),
    options,
  );

const forceFrom = 130_000;

export const dropBeside = (server: Server, name: string, options?: Cancellable): Promise<void> =>
  server.during(async (session) => {
    const version = await session.json<number>(
      `SELECT pg_catalog.to_jsonb(pg_catalog.current_setting('server_version_num')::int)`,
    );
    if (version < forceFrom)
      await session.ask(
        `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = ${literal(name)}`,
      );
    const force = version < forceFrom ? '' : ' WITH (FORCE)';
    await session.ask(`DROP DATABASE IF EXISTS ${identifier(name)}${force}`);
  }, options);

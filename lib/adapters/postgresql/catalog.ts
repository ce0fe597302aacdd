/** SQL that asks the catalog; every answer is one jsonb value. From PostgreSQL 12 on. */
import { identifier } from './literal.ts';

export const oldestMajor = 12;

/** Schemas that are the server's, and what an extension brought, are nobody's tables. */
const ours = (
  catalog: string,
  alias: string,
): string => `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass
    AND d.objid = ${alias}.oid AND d.deptype = 'e')`;

export const factsSql = `SELECT pg_catalog.jsonb_build_object(
  'version', pg_catalog.current_setting('server_version'),
  'bytes', pg_catalog.pg_database_size(pg_catalog.current_database()),
  'encoding', pg_catalog.pg_encoding_to_char(own.encoding), 'locale', own.datcollate,
  'extensions', (SELECT coalesce(pg_catalog.jsonb_agg(
    pg_catalog.jsonb_build_object('name', extname, 'version', extversion) ORDER BY extname), '[]')
    FROM pg_catalog.pg_extension),
  'installable', (SELECT coalesce(pg_catalog.jsonb_agg(name ORDER BY name), '[]')
    FROM pg_catalog.pg_available_extensions))
FROM pg_catalog.pg_database AS own WHERE own.datname = pg_catalog.current_database()`;

/**
 * Begins the transaction that dump and fingerprint share, and names its snapshot, which is taken by the first query.
 * Its time is that query's, a moment before: never later than what is in it.
 */
export const beginSql = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY';
export const snapshotSql = `SELECT pg_catalog.jsonb_build_object('snapshot', pg_catalog.pg_export_snapshot(), 'takenAt',
  pg_catalog.to_char(pg_catalog.statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;

/** The weakest lock there is, which reading takes as well; and it takes no snapshot. */
export const lockSql = (tables: readonly string[]): string =>
  `LOCK TABLE ${tables.map((table) => `ONLY ${table}`).join(', ')} IN ACCESS SHARE MODE`;

export interface ColumnFacts {
  readonly name: string;
  /** `document`: mostly long, or full of what a composite's text has to quote. */
  readonly kind: 'text' | 'document' | 'other';
}

export interface TableFacts {
  /** Qualified, quoted where it must be: as SQL wants it and as messages show it. */
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  /** By name, in no language's order. */
  readonly columns: readonly ColumnFacts[];
  /** The partitioned tables that it is a part of: `schema.table`, without quotes. */
  readonly within: readonly string[];
}

const typesOf = (...names: readonly string[]): string =>
  names.map((name) => `'pg_catalog.${name}'::pg_catalog.regtype`).join(', ');

/** Every table that holds rows of its own; of a partitioned one that is its partitions. */
export const tablesSql = `SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
  'name', pg_catalog.format('%I.%I', n.nspname, c.relname), 'schema', n.nspname, 'table', c.relname,
  'columns', (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', a.attname, 'kind',
      CASE WHEN a.atttypid IN (${typesOf('text', 'varchar')}) THEN 'text'
        WHEN a.atttypid IN (${typesOf('json', 'jsonb', 'bytea')}) THEN 'document' ELSE 'other' END)
      ORDER BY a.attname COLLATE pg_catalog."C"), '[]') FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'within', (SELECT coalesce(pg_catalog.jsonb_agg(pn.nspname || '.' || p.relname), '[]')
    FROM pg_catalog.pg_partition_ancestors(c.oid) AS above(relid)
    JOIN pg_catalog.pg_class AS p ON p.oid = above.relid
    JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace WHERE p.oid <> c.oid))
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"), '[]')
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ${ours('pg_class', 'c')}`;

/**
 * ONLY: children of a table are tables of their own. Columns come by name: a restore brings those of a child that
 * inherits in another order, the parent's first. A row is hashed as one text, so that values which two rows exchanged
 * show.
 */
export const rowsSql = ({
  name,
  columns,
}: TableFacts): string => `SELECT pg_catalog.jsonb_build_object('rows', pg_catalog.count(*),
  'hash', coalesce(pg_catalog.sum(${hashOf(`ROW(${columns.map(inRow).join(', ')})::text`)}), 0)::text)
FROM ONLY ${name} AS slipway_row`;

/** In bytes. A composite's text is made letter by letter, so what is longer goes into it as its hash: up to 3 × as fast. */
const longest = 100;

function inRow({ name, kind }: ColumnFacts): string {
  const column = `slipway_row.${identifier(name)}`;
  if (kind === 'other') return column;
  const hash = hashOf(`${column}::text`);
  return kind === 'document'
    ? hash
    : `CASE WHEN pg_catalog.octet_length(${column}) <= ${longest} THEN ${column} ELSE ${hash}::text END`;
}

/** By byte: columns may have collations that do not go together, or take one letter for another. */
const hashOf = (text: string): string => `pg_catalog.hashtextextended(${text} COLLATE pg_catalog."C", 0)`;

export const countSql = ({ name }: TableFacts): string =>
  `SELECT pg_catalog.jsonb_build_object('rows', pg_catalog.count(*)) FROM ONLY ${name}`;

/** Large objects are no rows of any table, and dumped all the same. */
export const largeObjectsSql = `SELECT pg_catalog.jsonb_build_object('rows', pg_catalog.count(*),
  'hash', coalesce(pg_catalog.sum(pg_catalog.hashtextextended(
    oid::text || ' ' || pg_catalog.md5(pg_catalog.lo_get(oid)), 0)), 0)::text)
FROM pg_catalog.pg_largeobject_metadata`;
export const largeObjectCountSql = `SELECT pg_catalog.jsonb_build_object('rows', pg_catalog.count(*))
FROM pg_catalog.pg_largeobject_metadata`;

export const migrationRowsSql = (table: string, columns: readonly string[]): string =>
  `SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(slipway_row.*)), '[]') FROM (
  SELECT ${columns.map(identifier).join(', ')} FROM ${table}) AS slipway_row`;

/** A line for each thing that is in a database which should have nothing. */
export const occupantsSql = `SELECT coalesce(pg_catalog.jsonb_agg(what ORDER BY what), '[]') FROM (
  SELECT CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'S' THEN 'sequence '
      WHEN 'c' THEN 'type ' ELSE 'table ' END || pg_catalog.format('%I.%I', n.nspname, c.relname) AS what
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND ${ours('pg_class', 'c')}
  UNION ALL SELECT 'routine ' || pg_catalog.format('%I.%I', n.nspname, p.proname)
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE ${ours('pg_proc', 'p')}
  UNION ALL SELECT 'type ' || pg_catalog.format('%I.%I', n.nspname, t.typname)
    FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r') AND ${ours('pg_type', 't')}
  UNION ALL SELECT 'schema ' || pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname <> 'public' AND ${ours('pg_namespace', 'n')}
  UNION ALL SELECT 'large object ' || oid FROM pg_catalog.pg_largeobject_metadata
) AS found`;

export { ours };

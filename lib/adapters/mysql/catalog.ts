/**
 * SQL that asks the server; every row of an answer is one JSON value. From MySQL 5.7 and MariaDB 10.3 on. What is true
 * is asked for as 1: in JSON the two write it otherwise.
 */
import type { Version } from '../../domain/database/versions.ts';
import { identifier } from './literal.ts';

const oldest = { mysql: [5, 7], mariadb: [10, 3] } as const;

/** Undefined where the server is new enough to be asked. */
export function tooOld({ engine, major, minor }: Version): string | undefined {
  const [oldestMajor, oldestMinor] = engine === 'mariadb' ? oldest.mariadb : oldest.mysql;
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
  return isOld ? `${oldestMajor}.${oldestMinor}` : undefined;
}

export const factsSql = `SELECT JSON_OBJECT('version', VERSION(), 'bytes', CAST(coalesce(sum(data_length + index_length), 0)
  AS UNSIGNED), 'encoding', @@character_set_database, 'locale', @@collation_database)
FROM information_schema.TABLES WHERE table_schema = DATABASE()`;

/** By the server's clock. */
export const nowSql = `SELECT JSON_QUOTE(concat(replace(left(utc_timestamp(3), 23), ' ', 'T'), 'Z'))`;

export interface TableFacts {
  /** Without its database: a restored one mostly has another name. */
  readonly name: string;
  readonly kind: 'table' | 'view' | 'sequence';
  /** 0 where rows are written without a transaction around them. */
  readonly transactional: 0 | 1;
  /** 1 where it keeps its history (MariaDB). */
  readonly versioned: 0 | 1;
}

/** Everything that has a name among the tables. */
export const tablesSql = `SELECT JSON_OBJECT('name', t.table_name,
  'kind', CASE t.table_type WHEN 'VIEW' THEN 'view' WHEN 'SEQUENCE' THEN 'sequence' ELSE 'table' END,
  'transactional', if(e.transactions = 'NO', 0, 1), 'versioned', if(t.table_type = 'SYSTEM VERSIONED', 1, 0))
FROM information_schema.TABLES AS t LEFT JOIN information_schema.ENGINES AS e ON e.engine = t.engine
WHERE t.table_schema = DATABASE() ORDER BY t.table_name`;

/** Their names alone, for which MariaDB opens none of them. */
export const relationNamesSql = `SELECT JSON_OBJECT('kind', 'relation', 'name', table_name)
FROM information_schema.TABLES WHERE table_schema = DATABASE()`;

export const routinesSql = `SELECT JSON_OBJECT('kind', lower(routine_type), 'name', routine_name)
FROM information_schema.ROUTINES WHERE routine_schema = DATABASE() ORDER BY routine_type, routine_name`;

export const eventsSql = `SELECT JSON_OBJECT('kind', 'event', 'name', event_name)
FROM information_schema.EVENTS WHERE event_schema = DATABASE() ORDER BY event_name`;

export const migrationRowsSql = (table: string, columns: readonly string[]): string =>
  `SELECT JSON_OBJECT(${columns.map((name) => `'${name.toLowerCase()}', ${identifier(name)}`).join(', ')})
FROM ${identifier(table)}`;

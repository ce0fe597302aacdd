/** What PostgreSQL's tools are asked. The connection is a conninfo string without a password. */
import type { Milliseconds } from '../../domain/duration.ts';

/** Reads SQL from its standard input, one answer after the other, and ends at the first error. */
export const psqlArgv = (connection: string): string[] => [
  'psql',
  '--no-psqlrc',
  '--quiet',
  '--no-align',
  '--tuples-only',
  '--no-password',
  '--set=ON_ERROR_STOP=1',
  `--dbname=${connection}`,
  '--file=-',
];

/**
 * How long the dump may wait for a table that somebody has locked. A waiting pg_dump makes those wait who come after
 * it (freehire#1284: an ALTER behind a dump stopped every read for 12 minutes).
 */
const lockWait: Milliseconds = 60_000;

export interface PgDumpOrder {
  readonly connection: string;
  /** As pg_export_snapshot named it. */
  readonly snapshot: string;
  /** Tables whose rows stay out: `schema.table`. */
  readonly withoutRows: readonly string[];
  readonly extraArgs: readonly string[];
}

/** Custom format: pg_restore reads it in any order, and no psql with a dialect of its own is in between. */
export const pgDumpArgv = ({ connection, snapshot, withoutRows, extraArgs }: PgDumpOrder): string[] => [
  'pg_dump',
  ...extraArgs, // first, so that ours win
  '--no-password',
  '--format=custom',
  '--compress=0', // zstd comes behind it: gzip here is what makes dumps slow
  `--lock-wait-timeout=${lockWait}`,
  `--snapshot=${snapshot}`,
  ...withoutRows.map((table) => `--exclude-table-data=${tablePattern(table)}`),
  `--dbname=${connection}`,
];

export const globalsArgv = (connection: string): string[] => [
  'pg_dumpall',
  '--globals-only',
  '--encoding=UTF8',
  '--no-password',
  `--dbname=${connection}`,
];

export interface PgRestoreOrder {
  readonly connection: string;
  readonly oneTransaction: boolean;
  readonly owners: boolean;
  readonly tablespaces: boolean;
}

export const pgRestoreArgv = ({
  connection,
  oneTransaction,
  owners,
  tablespaces,
}: PgRestoreOrder): string[] => [
  'pg_restore',
  '--no-password',
  '--exit-on-error',
  ...(oneTransaction ? ['--single-transaction'] : []),
  ...(owners ? [] : ['--no-owner', '--no-privileges']),
  ...(tablespaces ? [] : ['--no-tablespaces']),
  `--dbname=${connection}`,
];

/** Reads a whole dump from its standard input and makes SQL of it, for nobody. */
export const pgParseArgv: readonly string[] = ['pg_restore', '--exit-on-error', '--file=/dev/null'];

/** `shop.orders` as the pattern that means exactly this table, whatever letters are in it. */
const tablePattern = (table: string): string => {
  const [schema = '', ...rest] = table.split('.');
  return [schema, rest.join('.')].map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
};

/** A conninfo string; a value may hold anything. */
export const conninfo = (settings: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(settings)
    .flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}='${value.replace(/[\\']/g, (sign) => `\\${sign}`)}'`],
    )
    .join(' ');

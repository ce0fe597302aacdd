/** What the tools of MySQL and MariaDB are asked. `access` is how they come in; it must come first and holds no secret. */
import type { Tool } from './toolset.ts';

/** Bytes of the largest row that a tool takes; the server has a limit of its own. */
const largestPacket = 1024 * 1024 * 1024;

export interface Entry {
  readonly access: readonly string[];
  readonly database: string;
}

/**
 * --binary-mode: a client without it turns \r\n into \n and takes backslash commands out of what it is given.
 * --comments: without it MariaDB's client takes the comments out of the routines that it restores.
 */
const clientOptions = [
  '--batch',
  '--binary-mode',
  '--comments',
  '--default-character-set=utf8mb4',
  `--max-allowed-packet=${largestPacket}`,
  '--connect-timeout=30',
  '--skip-auto-rehash',
  '--skip-reconnect',
] as const;

/** Reads SQL from its standard input, prints each answer as soon as it has it, and ends at the first error. */
export const sessionArgv = ({ program }: Tool, { access, database }: Entry): string[] => [
  program,
  ...access,
  ...clientOptions,
  '--raw',
  '--skip-column-names',
  '--unbuffered',
  `--database=${database}`,
];

/** One question whose answer has names: `Seconds_Behind_Master: 3`, a line each. */
export const questionArgv = ({ program }: Tool, { access, database }: Entry, sql: string): string[] => [
  program,
  ...access,
  ...clientOptions,
  '--vertical',
  `--execute=${sql}`,
  `--database=${database}`,
];

/** `mark`: a lock that its session has for as long as it lives. */
export const restoreArgv = ({ program }: Tool, { access, database }: Entry, mark: string): string[] => [
  program,
  ...access,
  ...clientOptions,
  `--init-command=DO GET_LOCK('${mark}', 0)`,
  `--database=${database}`,
];

export interface MysqldumpOrder extends Entry {
  /** Tables whose rows stay out, by their bare names. */
  readonly withoutRows: readonly string[];
  readonly extraArgs: readonly string[];
  /** Whether any table has a history to dump (MariaDB's system versioning); the tool must know how: `hasHistory`. */
  readonly history: boolean;
}

/**
 * The dumps that make one, to be run one after the other. It takes two where rows stay out and the tool is MySQL's,
 * which can leave out only whole tables: first the definitions of those, then everything else.
 *
 * MySQL's own tool has been run with these options by nobody here: no MySQL server can be had where this was made.
 */
export function dumpArgvs(tool: Tool, order: MysqldumpOrder): string[][] {
  const { withoutRows, database } = order;
  const tables = withoutRows.map((table) => `${database}.${table}`);
  if (tables.length === 0) return [dumpArgv(tool, order, everything)];
  if (tool.version.engine === 'mariadb')
    return [dumpArgv(tool, order, [...everything, ...tables.map((table) => `--ignore-table-data=${table}`)])];
  return [
    dumpArgv(tool, order, ['--no-data', '--triggers'], withoutRows),
    dumpArgv(tool, order, [...everything, ...tables.map((table) => `--ignore-table=${table}`)]),
  ];
}

/** Only rows: what a restored database is compared by. */
export const rowsArgv = (tool: Tool, order: MysqldumpOrder): string[] =>
  dumpArgv(tool, order, [
    '--no-create-info',
    '--skip-triggers',
    ...order.withoutRows.map((table) => `--ignore-table=${order.database}.${table}`),
  ]);

const everything = ['--routines', '--events', '--triggers'] as const;

/**
 * What makes a dump one snapshot, whole and readable anywhere comes after what the user adds, so that it holds.
 * --skip-add-drop-table: a dump that is played into the wrong database must fail at its first table, not replace it.
 * --loose-column-statistics: the tool of 5.7 does not know it, and with "loose" goes on; that of 8 asks a server of
 * 5.7 for what it has not.
 * --no-tablespaces: they need the PROCESS privilege (mysql#100219) and belong to a server, not to a database.
 */
function dumpArgv(
  { program, version }: Tool,
  { access, database, extraArgs, history }: MysqldumpOrder,
  what: readonly string[],
  tables: readonly string[] = [],
): string[] {
  const isMariaDb = version.engine === 'mariadb';
  return [
    program,
    ...access,
    `--max-allowed-packet=${largestPacket}`,
    '--skip-add-drop-table',
    '--no-tablespaces',
    ...(isMariaDb ? [] : ['--loose-column-statistics=0', '--set-gtid-purged=OFF']),
    ...(history ? ['--dump-history'] : []),
    ...extraArgs,
    '--single-transaction',
    '--quick',
    '--skip-lock-tables',
    '--hex-blob',
    '--tz-utc',
    '--comments',
    '--skip-force',
    '--default-character-set=utf8mb4',
    ...what,
    '--',
    database,
    ...tables,
  ];
}

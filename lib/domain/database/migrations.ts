/** Which migrations a database has, read from the tables in which the tools keep their books. */

export type MigrationTool = 'flyway' | 'prisma' | 'liquibase' | 'golang-migrate' | 'rails' | 'django';

export interface AppliedMigrations {
  readonly tool: MigrationTool;
  /** `public.flyway_schema_history` */
  readonly table: string;
  /** In the order in which they were applied, as far as the tool keeps it. */
  readonly applied: readonly AppliedMigration[];
  /** Begun and not ended well: the tool refuses to go on until somebody has looked. */
  readonly unfinished: readonly string[];
}

export interface AppliedMigration {
  readonly id: string;
  /** Of the migration's text, as the tool computes it. */
  readonly checksum?: string;
}

/** A row, its values as JSON gives them. */
export type Row = Readonly<Record<string, unknown>>;

interface Books {
  readonly tool: MigrationTool;
  readonly table: RegExp;
  /** By these it is known to be the tool's own, and by these alone it is read. */
  readonly columns: readonly string[];
  readonly without?: string;
  read(rows: readonly Row[]): Pick<AppliedMigrations, 'applied' | 'unfinished'>;
}

const books: readonly Books[] = [
  {
    tool: 'flyway',
    table: /^(flyway_schema_history|schema_version)$/,
    columns: ['installed_rank', 'version', 'description', 'type', 'checksum', 'success'],
    read: readFlyway,
  },
  {
    tool: 'prisma',
    table: /^_prisma_migrations$/,
    columns: ['migration_name', 'checksum', 'started_at', 'finished_at', 'rolled_back_at'],
    read: readPrisma,
  },
  {
    tool: 'liquibase',
    table: /^databasechangelog$/i,
    columns: ['id', 'author', 'filename', 'orderexecuted', 'exectype', 'md5sum'],
    read: readLiquibase,
  },
  {
    tool: 'golang-migrate',
    table: /^schema_migrations$/,
    columns: ['version', 'dirty'],
    read: readGolangMigrate,
  },
  { tool: 'rails', table: /^schema_migrations$/, columns: ['version'], without: 'dirty', read: readRails },
  { tool: 'django', table: /^django_migrations$/, columns: ['id', 'app', 'name'], read: readDjango },
];

export interface TableColumns {
  /** Without its schema. */
  readonly name: string;
  readonly columns: readonly string[];
}

/** The tool whose books a table is, with the columns to read; undefined for any other table. */
export function recogniseMigrations(
  table: TableColumns,
): { readonly tool: MigrationTool; readonly columns: readonly string[] } | undefined {
  const found = books.find(
    (book) =>
      book.table.test(table.name) &&
      book.columns.every((column) => has(table, column)) &&
      (book.without === undefined || !has(table, book.without)),
  );
  if (found === undefined) return undefined;
  // Liquibase writes its names in capitals where the database keeps them.
  const columns = found.columns.flatMap((column) =>
    table.columns.filter((name) => name.toLowerCase() === column),
  );
  return { tool: found.tool, columns };
}

const has = ({ columns }: TableColumns, column: string): boolean =>
  columns.some((name) => name.toLowerCase() === column);

/** `rows` may come in any order and with any further columns. */
export function readMigrations(tool: MigrationTool, table: string, rows: readonly Row[]): AppliedMigrations {
  const book = books.find((each) => each.tool === tool);
  const lower = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value])),
  );
  return { tool, table, ...(book?.read(lower) ?? { applied: [], unfinished: [] }) };
}

/** An undone version is not applied any more; of a repeatable one the last run counts. */
function readFlyway(rows: readonly Row[]): Pick<AppliedMigrations, 'applied' | 'unfinished'> {
  const applied = new Map<string, AppliedMigration>();
  const unfinished = new Set<string>();
  for (const row of inOrder(rows, (row) => Number(row['installed_rank']))) {
    const version = text(row['version']);
    const id = version ?? `R ${text(row['description']) ?? ''}`;
    const type = text(row['type']) ?? '';
    const undone = /^UNDO|^DELETE/.test(type);
    unfinished.delete(id);
    if (!isTrue(row['success'])) unfinished.add(id);
    else if (undone) applied.delete(id);
    else {
      applied.delete(id);
      applied.set(id, migration(id, row['checksum']));
    }
  }
  return { applied: [...applied.values()], unfinished: [...unfinished] };
}

function readPrisma(rows: readonly Row[]): Pick<AppliedMigrations, 'applied' | 'unfinished'> {
  const live = inOrder(rows, (row) => text(row['started_at']) ?? '').filter(
    (row) => text(row['rolled_back_at']) === undefined,
  );
  const name = (row: Row): string => text(row['migration_name']) ?? '';
  const isDone = (row: Row): boolean => text(row['finished_at']) !== undefined;
  return {
    applied: live.filter(isDone).map((row) => migration(name(row), row['checksum'])),
    unfinished: live.filter((row) => !isDone(row)).map(name),
  };
}

function readLiquibase(rows: readonly Row[]): Pick<AppliedMigrations, 'applied' | 'unfinished'> {
  const ran = inOrder(rows, (row) => Number(row['orderexecuted'])).filter(
    (row) => !/^(SKIPPED|FAILED)$/.test(text(row['exectype']) ?? ''),
  );
  const applied = ran.map((row) =>
    migration([row['filename'], row['author'], row['id']].map(text).join('::'), row['md5sum']),
  );
  return { applied, unfinished: [] };
}

/** Its one row is the last version; `dirty` says that it began and did not end. */
function readGolangMigrate(rows: readonly Row[]): Pick<AppliedMigrations, 'applied' | 'unfinished'> {
  const versions = (dirty: boolean): string[] =>
    rows.filter((row) => isTrue(row['dirty']) === dirty).flatMap((row) => text(row['version']) ?? []);
  return { applied: versions(false).map((id) => ({ id })), unfinished: versions(true) };
}

function readRails(rows: readonly Row[]): Pick<AppliedMigrations, 'applied' | 'unfinished'> {
  const versions = rows.flatMap((row) => text(row['version']) ?? []).sort();
  return { applied: versions.map((id) => ({ id })), unfinished: [] };
}

function readDjango(rows: readonly Row[]): Pick<AppliedMigrations, 'applied' | 'unfinished'> {
  const applied = inOrder(rows, (row) => Number(row['id']));
  return {
    applied: applied.map((row) => ({ id: `${text(row['app'])}.${text(row['name'])}` })),
    unfinished: [],
  };
}

function migration(id: string, checksum: unknown): AppliedMigration {
  const known = text(checksum);
  return known === undefined ? { id } : { id, checksum: known };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;

/** PostgreSQL's JSON has true, MySQL's 1. */
const isTrue = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 't';

const inOrder = (rows: readonly Row[], key: (row: Row) => number | string): Row[] =>
  [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));

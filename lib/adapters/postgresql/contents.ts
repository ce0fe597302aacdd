import { largeObjects, rowMethods } from '../../domain/database/fingerprint.ts';
import type {
  Fingerprint,
  FingerprintKind,
  TableCount,
  TableRows,
} from '../../domain/database/fingerprint.ts';
import { readMigrations, recogniseMigrations } from '../../domain/database/migrations.ts';
import type { AppliedMigrations, Row } from '../../domain/database/migrations.ts';
import type { SchemaFacts } from '../../domain/database/schema.ts';
import type { Contents, SchemaContents } from '../../ports/database.ts';
import * as catalog from './catalog.ts';
import type { TableFacts } from './catalog.ts';
import { schemaSql } from './schema-sql.ts';
import type { Session } from './session.ts';

export interface ContentsOrder {
  readonly kind: FingerprintKind;
  /** Not looked into: their rows are not in the dump. */
  readonly withoutRows: readonly string[];
}

/**
 * What is in the session's snapshot, table by table. Rows are read once more than the dump reads them, unless counted.
 *
 * Values of sequences are not part of it. They are of no snapshot: pg_dump reads them as they are when it comes to
 * them, so on a database that is in use they differ from what anybody else reads, before or after, and a good restore
 * would be called a bad one. A restored sequence is never behind its table: the rows of the snapshot took their
 * numbers before it, and pg_dump reads the sequence after it. Nor are materialized views: a restore fills them anew
 * from the tables, so they may be fresher than the ones that were there.
 */
export async function readContents(
  session: Session,
  tables: readonly TableFacts[],
  { kind, withoutRows }: ContentsOrder,
): Promise<Contents> {
  const schema = await readSchema(session, tables);
  const asked = tables.filter((table) => !isLeftOut(table, withoutRows));
  return { ...schema, fingerprint: await readFingerprint(session, asked, kind) };
}

export async function readSchema(session: Session, tables: readonly TableFacts[]): Promise<SchemaContents> {
  const facts = await session.json<SchemaFacts>(schemaSql);
  return { schema: { kind: 'facts', facts }, migrations: await readBooks(session, tables) };
}

async function readFingerprint(
  session: Session,
  tables: readonly TableFacts[],
  kind: FingerprintKind,
): Promise<Fingerprint> {
  const read = async <Count extends object>(sql: (table: TableFacts) => string, large: string) => {
    const counts: ({ name: string } & Count)[] = [];
    for (const table of tables) counts.push({ name: table.name, ...(await session.json<Count>(sql(table))) });
    counts.push({ name: largeObjects, ...(await session.json<Count>(large)) });
    return counts;
  };
  if (kind === 'counts')
    return {
      kind,
      tables: await read<Omit<TableCount, 'name'>>(catalog.countSql, catalog.largeObjectCountSql),
    };
  const hashed = await read<Omit<TableRows, 'name'>>(catalog.rowsSql, catalog.largeObjectsSql);
  return { kind, method: rowMethods.postgresql, tables: hashed };
}

async function readBooks(session: Session, tables: readonly TableFacts[]): Promise<AppliedMigrations[]> {
  const found: AppliedMigrations[] = [];
  for (const { name, table, columns } of tables) {
    const books = recogniseMigrations({ name: table, columns: columns.map((column) => column.name) });
    if (books === undefined) continue;
    const rows = await session.json<Row[]>(catalog.migrationRowsSql(name, books.columns));
    found.push(readMigrations(books.tool, name, rows));
  }
  return found;
}

/** `schema.table` as a person writes it, without SQL's quotes. */
export const plainName = ({ schema, table }: TableFacts): string => `${schema}.${table}`;

/** A partitioned table stands for all its parts. */
export const namesOf = (table: TableFacts): string[] => [plainName(table), ...table.within];

export const isLeftOut = (table: TableFacts, withoutRows: readonly string[]): boolean =>
  namesOf(table).some((name) => withoutRows.includes(name));

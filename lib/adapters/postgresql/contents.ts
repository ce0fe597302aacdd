import type {
  Fingerprint,
  FingerprintKind,
  TableCount,
  TableRows,
} from '../../domain/database/fingerprint.ts';
import { readMigrations, recogniseMigrations } from '../../domain/database/migrations.ts';
import type { AppliedMigrations, Row } from '../../domain/database/migrations.ts';
import type { SchemaFacts } from '../../domain/database/schema.ts';
import type { Contents } from '../../ports/database.ts';
import * as catalog from './catalog.ts';
import type { TableFacts } from './catalog.ts';
import { schemaSql } from './schema-sql.ts';
import type { Session } from './session.ts';

export interface ContentsOrder {
  readonly kind: FingerprintKind;
  /** Not looked into: their rows are not in the dump. */
  readonly withoutRows: readonly string[];
}

/** What is in the session's snapshot, table by table. Rows are read once more than the dump reads them, unless counted. */
export async function readContents(
  session: Session,
  tables: readonly TableFacts[],
  { kind, withoutRows }: ContentsOrder,
): Promise<Contents> {
  const facts = await session.json<SchemaFacts>(schemaSql);
  const migrations = await readBooks(session, tables);
  const asked = tables.filter((table) => !withoutRows.includes(plainName(table)));
  return {
    schema: { kind: 'facts', facts },
    migrations,
    fingerprint: await readFingerprint(session, asked, kind),
  };
}

async function readFingerprint(
  session: Session,
  tables: readonly TableFacts[],
  kind: FingerprintKind,
): Promise<Fingerprint> {
  const read = async <Count extends object>(sql: (table: string) => string, large: string) => {
    const counts: ({ name: string } & Count)[] = [];
    for (const { name } of tables) counts.push({ name, ...(await session.json<Count>(sql(name))) });
    counts.push({ name: 'large objects', ...(await session.json<Count>(large)) });
    return counts;
  };
  return kind === 'rows'
    ? { kind, tables: await read<Omit<TableRows, 'name'>>(catalog.rowsSql, catalog.largeObjectsSql) }
    : { kind, tables: await read<Omit<TableCount, 'name'>>(catalog.countSql, catalog.largeObjectCountSql) };
}

async function readBooks(session: Session, tables: readonly TableFacts[]): Promise<AppliedMigrations[]> {
  const found: AppliedMigrations[] = [];
  for (const { name, table, columns } of tables) {
    const books = recogniseMigrations({ name: table, columns });
    if (books === undefined) continue;
    const rows = await session.json<Row[]>(catalog.migrationRowsSql(name, books.columns));
    found.push(readMigrations(books.tool, name, rows));
  }
  return found;
}

/** `schema.table` as a person writes it, without SQL's quotes. */
export const plainName = ({ schema, table }: TableFacts): string => `${schema}.${table}`;

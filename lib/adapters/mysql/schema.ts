/** A schema as `SchemaFacts` has it, from what the information schema says of its pieces. */
import { createHash } from 'node:crypto';
import type { Column, Constraint, Index, Relation, SchemaFacts } from '../../domain/database/schema.ts';
import type { Version } from '../../domain/database/versions.ts';
import type { TableFacts } from './catalog.ts';
import * as sql from './schema-sql.ts';
import type { CheckRow, ColumnRow, ForeignKeyRow, IndexRow } from './schema-sql.ts';
import type { Session } from './session.ts';

export async function readFacts(
  session: Session,
  server: Version,
  tables: readonly TableFacts[],
): Promise<SchemaFacts> {
  const checks = sql.checksSql(server);
  const pieces: Pieces = {
    columns: await session.rows<ColumnRow>(sql.columnsSql),
    indexes: await session.rows<IndexRow>(sql.indexesSql(server)),
    foreignKeys: await session.rows<ForeignKeyRow>(sql.foreignKeysSql),
    checks: checks === undefined ? [] : await session.rows<CheckRow>(checks),
    triggers: await session.rows<sql.TriggerRow>(sql.triggersSql),
  };
  return {
    schema: 'slipway/schema-facts/v1',
    engine: server.engine,
    relations: tables.map((table) => relationOf(table, server, pieces)),
    enums: [],
    routines: await readRoutines(session),
    extensions: [],
  };
}

interface Pieces {
  readonly columns: readonly ColumnRow[];
  readonly indexes: readonly IndexRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
  readonly checks: readonly CheckRow[];
  readonly triggers: readonly sql.TriggerRow[];
}

function relationOf({ name, kind }: TableFacts, server: Version, all: Pieces): Relation {
  const of = <Row extends { readonly table: string }>(rows: readonly Row[]): Row[] =>
    rows.filter(({ table }) => table === name);
  const parts = grouped(of(all.indexes), ({ index }) => index);
  const checks = of(all.checks);
  return {
    name,
    kind: kind === 'view' ? 'view' : 'table',
    columns: of(all.columns)
      .map((row) => columnOf(row, server, checks))
      // What a view says of defaults is its table's, said there already.
      .map((column) => (kind === 'view' ? { ...column, hasDefault: false } : column)),
    indexes: parts.filter(([first]) => first?.unique === 0).map(indexOf),
    constraints: [
      ...parts.filter(([first]) => first?.unique === 1).map(keyOf),
      ...grouped(of(all.foreignKeys), (row) => row.name).map(foreignKeyOf),
      ...checks.filter((check) => !isJson(check)).map(checkOf),
    ],
    triggers: of(all.triggers).map((row) => ({ name: row.name, definition: `${row.when} ${row.body}` })),
  };
}

function columnOf(row: ColumnRow, server: Version, checks: readonly CheckRow[]): Column {
  // MariaDB says NULL for no default, and quotes a text; MySQL has SQL's own NULL.
  const none = row.default === null || (server.engine === 'mariadb' && row.default === 'NULL');
  const isDocument = checks.some((check) => check.name === row.name && isJson(check));
  const type = isDocument ? 'json' : row.type;
  return {
    name: row.name,
    type: row.collation === null || isDocument ? type : `${type} collate ${row.collation}`,
    nullable: row.nullable === 1,
    hasDefault: !none || /auto_increment/i.test(row.extra),
    generated: (row.expression ?? '') !== '',
  };
}

/** MariaDB's json is a longtext with a check of this form, which nobody else would call a new constraint. */
const isJson = ({ name, clause }: CheckRow): boolean => clause === `json_valid(\`${name}\`)`;

const partsOf = (parts: readonly IndexRow[]): string =>
  parts
    .map(({ column, expression, length, descending }) => {
      const what = column ?? `(${expression ?? ''})`;
      return `${what}${length === null ? '' : `(${length})`}${descending === 1 ? ' desc' : ''}`;
    })
    .join(', ');

const indexOf = (parts: readonly IndexRow[]): Index => ({
  name: parts[0]?.index ?? '',
  unique: false,
  definition: `${parts[0]?.type.toLowerCase()} (${partsOf(parts)})`,
});

/** A unique index and a unique constraint are one and the same here. */
const keyOf = (parts: readonly IndexRow[]): Constraint => {
  const name = parts[0]?.index ?? '';
  return {
    name,
    kind: name === 'PRIMARY' ? 'primary key' : 'unique',
    definition: `(${partsOf(parts)})`,
  };
};

const foreignKeyOf = (columns: readonly ForeignKeyRow[]): Constraint => {
  const [first] = columns;
  const list = (of: (row: ForeignKeyRow) => string): string => columns.map(of).join(', ');
  // MySQL 8 says NO ACTION where MariaDB and 5.7 say RESTRICT; InnoDB does the same for both.
  const rule = (text = ''): string => (text === 'NO ACTION' ? 'RESTRICT' : text).toLowerCase();
  return {
    name: first?.name ?? '',
    kind: 'foreign key',
    definition: `(${list((row) => row.column)}) references ${first?.target} (${list((row) => row.targetColumn)}) on update ${rule(first?.onUpdate)} on delete ${rule(first?.onDelete)}`,
  };
};

const checkOf = ({ name, clause }: CheckRow): Constraint => ({ name, kind: 'check', definition: clause });

async function readRoutines(session: Session): Promise<SchemaFacts['routines']> {
  const routines = await session.rows<sql.RoutineRow>(sql.routinesSql);
  const parameters = await session.rows<sql.ParameterRow>(sql.parametersSql);
  return routines.map(({ kind, name, text }) => {
    const own = parameters.filter((each) => each.kind === kind && each.name === name);
    const takes = kind === 'event' ? '' : `(${own.map(({ parameter }) => parameter).join(', ')})`;
    return { name: `${kind} ${name}${takes}`, body: createHash('sha256').update(text).digest('hex') };
  });
}

/** In the order in which they come. */
function grouped<Row>(rows: readonly Row[], key: (row: Row) => string): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = key(row);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()];
}

/** SQL that tells a schema piece by piece, a JSON value for each; `schema.ts` puts them together. */
import type { Version } from '../../domain/database/versions.ts';

export interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly collation: string | null;
  readonly nullable: 0 | 1;
  readonly default: string | null;
  readonly extra: string;
  readonly expression: string | null;
}

export const columnsSql = `SELECT JSON_OBJECT('table', table_name, 'name', column_name, 'type', column_type,
  'collation', collation_name, 'nullable', if(is_nullable = 'YES', 1, 0), 'default', column_default, 'extra', extra,
  'expression', generation_expression)
FROM information_schema.COLUMNS WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`;

export interface IndexRow {
  readonly table: string;
  readonly index: string;
  readonly unique: 0 | 1;
  readonly type: string;
  readonly column: string | null;
  readonly expression: string | null;
  /** How much of the column; null for all of it. */
  readonly length: number | null;
  readonly descending: 0 | 1;
}

/** A row for each part of an index. Only MySQL has indexes over expressions. */
export const indexesSql = ({ engine, major }: Version): string =>
  `SELECT JSON_OBJECT('table', table_name, 'index', index_name, 'unique', if(non_unique = 0, 1, 0), 'type', index_type,
  'column', column_name, 'expression', ${engine === 'mysql' && major >= 8 ? 'expression' : 'NULL'}, 'length', sub_part,
  'descending', if(collation = 'D', 1, 0))
FROM information_schema.STATISTICS WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index`;

export interface ForeignKeyRow {
  readonly table: string;
  readonly name: string;
  readonly column: string;
  /** With its database, where that is another one. */
  readonly target: string;
  readonly targetColumn: string;
  readonly onUpdate: string;
  readonly onDelete: string;
}

export const foreignKeysSql = `SELECT JSON_OBJECT('table', k.table_name, 'name', k.constraint_name,
  'column', k.column_name, 'targetColumn', k.referenced_column_name,
  'target', concat(if(k.referenced_table_schema = DATABASE(), '', concat(k.referenced_table_schema, '.')), k.referenced_table_name),
  'onUpdate', r.update_rule, 'onDelete', r.delete_rule)
FROM information_schema.KEY_COLUMN_USAGE AS k JOIN information_schema.REFERENTIAL_CONSTRAINTS AS r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
ORDER BY k.table_name, k.constraint_name, k.ordinal_position`;

export interface CheckRow {
  readonly table: string;
  readonly name: string;
  readonly clause: string;
}

/** MySQL 5.7 reads checks and forgets them. */
export const checksSql = ({ engine, major }: Version): string | undefined => {
  if (engine === 'mariadb')
    return `SELECT JSON_OBJECT('table', table_name, 'name', constraint_name, 'clause', check_clause)
FROM information_schema.CHECK_CONSTRAINTS WHERE constraint_schema = DATABASE()`;
  return major < 8
    ? undefined
    : `SELECT JSON_OBJECT('table', t.table_name, 'name', c.constraint_name, 'clause', c.check_clause)
FROM information_schema.CHECK_CONSTRAINTS AS c JOIN information_schema.TABLE_CONSTRAINTS AS t
  ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
WHERE t.constraint_type = 'CHECK' AND c.constraint_schema = DATABASE()`;
};

export interface TriggerRow {
  readonly table: string;
  readonly name: string;
  readonly when: string;
  readonly body: string;
}

export const triggersSql = `SELECT JSON_OBJECT('table', event_object_table, 'name', trigger_name,
  'when', concat(lower(action_timing), ' ', lower(event_manipulation)), 'body', action_statement)
FROM information_schema.TRIGGERS WHERE trigger_schema = DATABASE()
ORDER BY event_object_table, event_manipulation, action_timing, action_order`;

export interface RoutineRow {
  readonly kind: string;
  readonly name: string;
  /** All that it is but its definer. */
  readonly text: string;
}

const joined = (...parts: string[]): string =>
  `concat_ws('\\n', ${parts.map((part) => `coalesce(${part}, '')`).join(', ')})`;

/** An event is something that the database does by itself, as a routine is something that it can do. */
export const routinesSql = `SELECT JSON_OBJECT('kind', lower(r.routine_type), 'name', r.routine_name, 'text', ${joined(
  'r.dtd_identifier',
  'r.routine_definition',
  'r.is_deterministic',
  'r.sql_data_access',
  'r.security_type',
  'r.sql_mode',
)}) FROM information_schema.ROUTINES AS r WHERE r.routine_schema = DATABASE()
UNION ALL SELECT JSON_OBJECT('kind', 'event', 'name', event_name, 'text', ${joined(
  'event_definition',
  'interval_value',
  'interval_field',
  'execute_at',
  'status',
  'on_completion',
  'sql_mode',
)}) FROM information_schema.EVENTS WHERE event_schema = DATABASE()`;

export interface ParameterRow {
  readonly kind: string;
  readonly name: string;
  readonly parameter: string;
}

export const parametersSql = `SELECT JSON_OBJECT('kind', lower(routine_type), 'name', specific_name,
  'parameter', concat_ws(' ', lower(parameter_mode), parameter_name, dtd_identifier))
FROM information_schema.PARAMETERS WHERE specific_schema = DATABASE() AND ordinal_position > 0
ORDER BY specific_name, ordinal_position`;

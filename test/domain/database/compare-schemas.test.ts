import { expect, test } from '@jest/globals';
import { compareSchemas } from '../../../lib/domain/database/compare-schemas.ts';
import type { SchemaDifference } from '../../../lib/domain/database/compare-schemas.ts';
import type { Engine } from '../../../lib/domain/database/locator.ts';
import { canonicalSchema } from '../../../lib/domain/database/schema.ts';
import type { Column, Relation, SchemaFacts } from '../../../lib/domain/database/schema.ts';
import { isWider } from '../../../lib/domain/database/wider-type.ts';

const column = (name: string, type: string, rest: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  hasDefault: false,
  generated: false,
  ...rest,
});
const id = column('id', 'bigint', { nullable: false, hasDefault: true });
const table = (rest: Partial<Relation> = {}, ...columns: Column[]): Relation => ({
  name: 'public.orders',
  kind: 'table',
  columns: [id, ...columns],
  indexes: [],
  constraints: [],
  triggers: [],
  ...rest,
});
const facts = (relations: Relation[], rest: Partial<SchemaFacts> = {}): SchemaFacts => ({
  schema: 'slipway/schema-facts/v1',
  engine: 'postgresql',
  relations,
  enums: [],
  routines: [],
  extensions: [],
  ...rest,
});
const compare = (then: SchemaFacts, now: SchemaFacts): SchemaDifference =>
  compareSchemas({ kind: 'facts', facts: then }, { kind: 'facts', facts: now });

const base = facts([table()]);
const lines = (name: string, rest: Partial<Relation> = {}): Relation => table({ name, ...rest });
const index = (name: string, definition: string, unique = false) => ({ name, definition, unique });
const withColumn = (...columns: Column[]): SchemaFacts => facts([table({}, ...columns)]);
const withIndex = (...indexes: Relation['indexes'][number][]): SchemaFacts => facts([table({ indexes })]);
const withConstraint = (kind: Relation['constraints'][number]['kind'], definition: string): SchemaFacts =>
  facts([table({ constraints: [{ name: 'c', kind, definition }] })]);
const withTrigger = (definition: string): SchemaFacts =>
  facts([table({ triggers: [{ name: 't', definition }] })]);
const note = (type: string, rest: Partial<Column> = {}): SchemaFacts =>
  withColumn(column('note', type, rest));
const state = (...values: string[]): SchemaFacts =>
  facts([table()], { enums: [{ name: 'public.state', values }] });
const routine = (body: string): SchemaFacts =>
  facts([table()], { routines: [{ name: 'public.f(integer)', body }] });
const extension = (...names: string[]): SchemaFacts =>
  facts([table()], { extensions: names.map((name) => ({ name, version: '1.0' })) });
const mysql = (type: string): SchemaFacts => facts([table({}, column('note', type))], { engine: 'mariadb' });

test.each<[SchemaDifference['kind'], string, SchemaFacts, SchemaFacts, RegExp?]>([
  ['same', 'nothing', base, base],
  ['additive', 'a new table', base, facts([table(), lines('public.lines')]), /public.lines new table/],
  [
    'breaking',
    'a dropped table',
    facts([table(), lines('public.lines')]),
    base,
    /public.lines table was dropped/,
  ],
  ['breaking', 'a renamed table', base, facts([lines('public.sales')]), /public.orders table was dropped/],
  ['breaking', 'a table that became a view', base, facts([table({ kind: 'view' })]), /is a view now/],
  ['additive', 'a new view', base, facts([table(), lines('public.v', { kind: 'view' })]), /new view/],
  [
    'breaking',
    'a dropped view',
    facts([table(), lines('public.v', { kind: 'view' })]),
    base,
    /view was dropped/,
  ],
  ['additive', 'a nullable column', base, note('text'), /public.orders.note new column/],
  ['additive', 'a column with a default', base, note('text', { nullable: false, hasDefault: true })],
  ['additive', 'a generated column', base, note('text', { nullable: false, generated: true })],
  ['breaking', 'a column that inserts must name', base, note('text', { nullable: false }), /inserts fail/],
  ['breaking', 'a dropped column', note('text'), base, /public.orders.note column was dropped$/],
  [
    'breaking',
    'a renamed column',
    note('text'),
    withColumn(column('remark', 'text')),
    /or renamed to remark/,
  ],
  ['breaking', 'a new NOT NULL', note('text'), note('text', { nullable: false }), /note is NOT NULL now/],
  ['additive', 'a NOT NULL that went', note('text', { nullable: false }), note('text'), /may be NULL now/],
  ['breaking', 'a default that went', note('text', { hasDefault: true }), note('text'), /lost its default/],
  ['additive', 'a default that came', note('text'), note('text', { hasDefault: true })],
  ['breaking', 'a column that became generated', note('text'), note('text', { generated: true })],
  ['additive', 'a widened integer', note('integer'), note('bigint'), /widened from integer to bigint/],
  ['breaking', 'a narrowed integer', note('bigint'), note('integer'), /narrowed from bigint to integer/],
  ['additive', 'a longer text', note('character varying(20)'), note('character varying(40)')],
  ['breaking', 'a shorter text', note('text'), note('character varying(40)'), /narrowed/],
  ['breaking', 'another type', note('text'), note('jsonb'), /changed from text to jsonb/],
  ['breaking', 'another meaning', note('timestamp without time zone'), note('timestamp with time zone')],
  ['additive', 'a new index', base, withIndex(index('i', 'btree (note)')), /new index/],
  ['additive', 'a dropped index', withIndex(index('i', 'btree (note)')), base, /slower/],
  ['same', 'a renamed index', withIndex(index('i', 'btree (a)')), withIndex(index('j', 'btree (a)'))],
  ['breaking', 'a new unique index', base, withIndex(index('i', 'btree (note)', true))],
  ['breaking', 'a dropped unique index', withIndex(index('i', 'btree (note)', true)), base],
  ['breaking', 'a new foreign key', base, withConstraint('foreign key', 'FOREIGN KEY (a) REFERENCES b(id)')],
  [
    'additive',
    'a dropped foreign key',
    withConstraint('foreign key', 'FOREIGN KEY (a) REFERENCES b(id)'),
    base,
  ],
  ['breaking', 'a new check', base, withConstraint('check', 'CHECK (a > 0)'), /writes may fail/],
  ['additive', 'a dropped check', withConstraint('check', 'CHECK (a > 0)'), base],
  [
    'breaking',
    'a changed check',
    withConstraint('check', 'CHECK (a > 0)'),
    withConstraint('check', 'CHECK (a > 1)'),
  ],
  [
    'same',
    'a check that was validated',
    withConstraint('check', 'CHECK ((a > 0)) NOT VALID'),
    withConstraint('check', 'CHECK ((a > 0))'),
  ],
  [
    'same',
    'a foreign key that was validated',
    withConstraint('foreign key', 'FOREIGN KEY (a) REFERENCES b(id) DEFERRABLE NOT VALID'),
    withConstraint('foreign key', 'FOREIGN KEY (a) REFERENCES b(id) DEFERRABLE'),
  ],
  ['breaking', 'a new check, not validated', base, withConstraint('check', 'CHECK (a > 0) NOT VALID')],
  [
    'same',
    'a unique index that became a constraint (USING INDEX)',
    withIndex(index('i', 'btree (a, b) INCLUDE (c)', true)),
    withConstraint('unique', 'UNIQUE (a, b) INCLUDE (c)'),
  ],
  [
    'same',
    'one that became the primary key',
    withIndex(index('i', 'btree (a)', true)),
    withConstraint('primary key', 'PRIMARY KEY (a)'),
  ],
  [
    'additive',
    'an index that became one beside another over the same columns, which went',
    withIndex(index('i', 'btree (a)', true), index('j', 'btree (a)')),
    withConstraint('unique', 'UNIQUE (a)'),
    /j index was dropped/,
  ],
  [
    'breaking',
    'a unique index that became a deferrable constraint, which ON CONFLICT does not take',
    withIndex(index('i', 'btree (a)', true)),
    withConstraint('unique', 'UNIQUE (a) DEFERRABLE'),
  ],
  [
    'breaking',
    'an index that was not unique, and a constraint now',
    withIndex(index('i', 'btree (a)')),
    withConstraint('unique', 'UNIQUE (a)'),
  ],
  [
    'breaking',
    'a unique index over some rows, and a constraint over all now',
    withIndex(index('i', 'btree (a) WHERE (b > 0)', true)),
    withConstraint('unique', 'UNIQUE (a)'),
  ],
  [
    'breaking',
    'a constraint that code may name, and an index now',
    withConstraint('unique', 'UNIQUE (a)'),
    withIndex(index('i', 'btree (a)', true)),
  ],
  [
    'breaking',
    'another primary key',
    withConstraint('primary key', 'PRIMARY KEY (a)'),
    withConstraint('primary key', 'PRIMARY KEY (a, b)'),
  ],
  ['additive', 'one more value of an enum', state('new', 'paid'), state('new', 'paid', 'sent')],
  ['breaking', 'one value less of an enum', state('new', 'paid'), state('new'), /lost paid/],
  ['breaking', 'an enum that sorts otherwise', state('new', 'paid'), state('paid', 'new')],
  ['additive', 'a new routine', base, routine('x')],
  ['breaking', 'a dropped routine', routine('x'), base],
  ['unreadable', 'a routine with another body', routine('x'), routine('y'), /does something else/],
  ['unreadable', 'a new trigger', base, withTrigger('BEFORE INSERT'), /public.orders.t new trigger/],
  ['unreadable', 'a dropped trigger', withTrigger('BEFORE INSERT'), base],
  ['breaking', 'a dropped extension', extension('citext'), extension()],
  ['additive', 'a new extension', extension(), extension('citext')],
  ['unreadable', 'another engine', base, facts([table()], { engine: 'mariadb' })],
  ['additive', 'MariaDB: a longer varchar', mysql('varchar(20)'), mysql('varchar(40)')],
  ['breaking', 'MariaDB: signed made unsigned', mysql('int(11)'), mysql('int(10) unsigned')],
  ['additive', 'MariaDB: one more value at the end', mysql("enum('a','b')"), mysql("enum('a','b','c')")],
  ['breaking', 'MariaDB: one more value in the middle', mysql("enum('a','b')"), mysql("enum('a','c','b')")],
])('%s: %s', (...[kind, , then, now, says]) => {
  const difference = compare(then, now);
  expect(difference.kind).toBe(kind);
  if (says === undefined || difference.kind === 'same') return;
  expect(difference.changes.map(({ subject, what }) => `${subject} ${what}`).join('\n')).toMatch(says);
});

test('one breaking change among additive and unreadable ones decides, and is told first', () => {
  const now = facts([table({ triggers: [{ name: 't', definition: 'x' }] }), lines('public.lines')]);
  const difference = compare(note('text'), now);
  expect(difference).toMatchObject({ kind: 'breaking' });
  if (difference.kind !== 'breaking') return;
  expect(difference.changes.map(({ kind }) => kind)).toEqual(['breaking', 'unreadable', 'additive']);
});

test('a schema that could not be read is neither the same nor additive', () => {
  const known = { kind: 'facts', facts: base } as const;
  const unknown = { kind: 'unreadable', why: 'permission denied for schema shop' } as const;
  expect(compareSchemas(known, unknown)).toMatchObject({
    kind: 'unreadable',
    why: 'the live schema: permission denied for schema shop',
  });
  expect(compareSchemas(unknown, known)).toMatchObject({ kind: 'unreadable' });
});

test.each<[Engine, string, string, boolean]>([
  ['postgresql', 'smallint', 'integer', true],
  ['postgresql', 'integer', 'numeric', true],
  ['postgresql', 'integer', 'numeric(12,2)', true],
  ['postgresql', 'bigint', 'numeric(12,2)', false],
  ['postgresql', 'numeric(10,2)', 'numeric(12,4)', true],
  ['postgresql', 'numeric(10,2)', 'numeric(12,1)', false],
  ['postgresql', 'numeric(10,2)', 'numeric(11,4)', false],
  ['postgresql', 'numeric', 'numeric(30,10)', false],
  ['postgresql', 'real', 'double precision', true],
  ['postgresql', 'double precision', 'real', false],
  ['postgresql', 'integer', 'real', false],
  ['postgresql', 'character varying(10)', 'text', true],
  ['postgresql', 'text', 'character varying', true],
  ['postgresql', 'character(3)', 'character(5)', false],
  ['postgresql', 'character(3)', 'text', false],
  ['postgresql', 'timestamp(3) without time zone', 'timestamp without time zone', true],
  ['postgresql', 'timestamp without time zone', 'timestamp(3) without time zone', false],
  ['postgresql', 'integer[]', 'bigint[]', true],
  ['postgresql', 'integer', 'bigint[]', false],
  ['postgresql', 'shop.state', 'text', false],
  ['mariadb', 'int(11)', 'bigint(20)', true],
  ['mariadb', 'int(11)', 'int(10)', true],
  ['mariadb', 'int(10) unsigned', 'bigint(20)', true],
  ['mariadb', 'int(10) unsigned', 'int(11)', false],
  ['mariadb', 'bigint(20)', 'bigint(20) unsigned', false],
  ['mariadb', 'decimal(10,2)', 'decimal(12,2)', true],
  ['mariadb', 'decimal(10,2)', 'decimal(10,2) unsigned', false],
  ['mariadb', 'varchar(100)', 'text', true],
  ['mariadb', 'varchar(100)', 'tinytext', false],
  ['mariadb', 'text', 'mediumtext', true],
  ['mariadb', 'text', 'mediumblob', false],
  ['mariadb', 'varbinary(16)', 'blob', true],
  ['mariadb', 'varchar(20) collate utf8mb4_bin', 'varchar(40) collate utf8mb4_bin', true],
  ['mariadb', 'varchar(20) collate utf8mb4_bin', 'varchar(40) collate utf8mb4_general_ci', false],
  ['mariadb', 'varchar(20) collate utf8mb3_general_ci', 'varchar(20) collate utf8mb4_general_ci', true],
  ['mariadb', 'varchar(20) collate utf8_general_ci', 'varchar(20) collate utf8mb4_general_ci', true],
  ['mariadb', 'text collate utf8_bin', 'text collate utf8mb3_bin', true],
  ['mariadb', 'varchar(20) collate utf8mb4_general_ci', 'varchar(20) collate latin1_swedish_ci', false],
  ['mariadb', 'datetime', 'datetime(6)', true],
  ['mariadb', 'datetime(6)', 'datetime', false],
  ['mysql', "set('a','it''s')", "set('a','it''s','c')", true],
  ['mysql', 'float', 'double', true],
])('%s: %s fits %s: %s', (engine, from, to, wider) => {
  expect(isWider(engine, from, to)).toBe(wider);
});

test('the fingerprint does not know the order of creation, and knows every change', () => {
  const one = facts([table({}, column('a', 'text'), column('b', 'text')), lines('public.x')]);
  const other = facts([lines('public.x'), table({}, column('b', 'text'), column('a', 'text'))]);
  expect(canonicalSchema(one)).toBe(canonicalSchema(other));
  const changed = [
    base,
    note('text'),
    note('text', { hasDefault: true }),
    withIndex(index('i', 'x')),
    state('a'),
  ];
  expect(new Set(changed.map(canonicalSchema)).size).toBe(changed.length);
});

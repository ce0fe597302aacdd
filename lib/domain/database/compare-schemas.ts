/**
 * Whether code that was made for one schema can run on another: `then` is the schema of the release to go back to,
 * `now` the live one. Only what is known to be additive counts as such.
 */
import { isWider } from './wider-type.ts';
import type { Engine } from './locator.ts';
import type { Column, Constraint, Index, Relation, SchemaFacts, SchemaReading } from './schema.ts';

export interface SchemaChange {
  readonly kind: 'additive' | 'breaking' | 'unreadable';
  /** `public.orders.total` */
  readonly subject: string;
  /** `narrowed from bigint to integer` */
  readonly what: string;
}

export type SchemaDifference =
  | { readonly kind: 'same' }
  | { readonly kind: 'additive' | 'breaking'; readonly changes: readonly SchemaChange[] }
  | { readonly kind: 'unreadable'; readonly why: string; readonly changes: readonly SchemaChange[] };

/** One breaking change makes the whole breaking; else one that cannot be judged makes it unreadable. */
export function compareSchemas(then: SchemaReading, now: SchemaReading): SchemaDifference {
  if (then.kind === 'unreadable') return unreadable(`the schema of then: ${then.why}`);
  if (now.kind === 'unreadable') return unreadable(`the live schema: ${now.why}`);
  if (then.facts.engine !== now.facts.engine)
    return unreadable(`${then.facts.engine} then, ${now.facts.engine} now`);
  const changes = changesOf(then.facts, now.facts);
  if (changes.length === 0) return { kind: 'same' };
  const [first] = changes.filter(({ kind }) => kind === 'unreadable');
  if (changes.some(({ kind }) => kind === 'breaking')) return { kind: 'breaking', changes };
  if (first !== undefined) return { kind: 'unreadable', why: `${first.subject} ${first.what}`, changes };
  return { kind: 'additive', changes };
}

const unreadable = (why: string): SchemaDifference => ({ kind: 'unreadable', why, changes: [] });

const worstFirst = { breaking: 0, unreadable: 1, additive: 2 } as const;

function changesOf(then: SchemaFacts, now: SchemaFacts): SchemaChange[] {
  return [
    ...paired(then.relations, now.relations, {
      gone: ({ kind }) => ({ kind: 'breaking', what: `${kind} was dropped` }),
      come: ({ kind }) => ({ kind: 'additive', what: `new ${kind}` }),
      both: (before, after) => relationChanges(before, after, now.engine),
    }),
    ...paired(then.enums, now.enums, {
      gone: () => ({ kind: 'breaking', what: 'type was dropped' }),
      come: () => ({ kind: 'additive', what: 'new type' }),
      both: (before, after) => enumChanges(before.name, before.values, after.values),
    }),
    ...paired(then.routines, now.routines, {
      gone: () => ({ kind: 'breaking', what: 'routine was dropped' }),
      come: () => ({ kind: 'additive', what: 'new routine' }),
      both: (before, after) =>
        before.body === after.body ? [] : [change('unreadable', before.name, 'routine does something else')],
    }),
    ...paired(then.extensions, now.extensions, {
      gone: () => ({ kind: 'breaking', what: 'extension was dropped' }),
      come: () => ({ kind: 'additive', what: 'new extension' }),
      both: () => [],
    }),
  ].sort((a, b) => worstFirst[a.kind] - worstFirst[b.kind]);
}

function enumChanges(name: string, then: readonly string[], now: readonly string[]): SchemaChange[] {
  const [gone, come] = [then.filter((v) => !now.includes(v)), now.filter((v) => !then.includes(v))];
  if (gone.length > 0) return [change('breaking', name, `type lost ${gone.join(', ')}`)];
  if (come.length > 0) return [change('additive', name, `type gained ${come.join(', ')}`)];
  return then.join('\0') === now.join('\0') ? [] : [change('breaking', name, 'type sorts otherwise')];
}

function relationChanges(then: Relation, now: Relation, engine: Engine): SchemaChange[] {
  if (then.kind !== now.kind)
    return [change('breaking', then.name, `is a ${now.kind} now, it was a ${then.kind}`)];
  const inside = (name: string): string => `${then.name}.${name}`;
  return [
    ...columnChanges(then, now, engine),
    ...indexChanges(then, now),
    ...constraintChanges(then, now),
    ...paired(then.triggers, now.triggers, {
      gone: () => ({ kind: 'unreadable', what: 'trigger was dropped' }),
      come: () => ({ kind: 'unreadable', what: 'new trigger' }),
      both: (a, b) =>
        a.definition === b.definition ? [] : [change('unreadable', a.name, 'trigger changed')],
    }),
  ].map((each) => ({ ...each, subject: inside(each.subject) }));
}

function columnChanges(then: Relation, now: Relation, engine: Engine): SchemaChange[] {
  const come = now.columns.filter(({ name }) => !then.columns.some((column) => column.name === name));
  return paired(then.columns, now.columns, {
    gone: ({ type }) => {
      const heirs = come.filter((column) => column.type === type).map(({ name }) => name);
      const hint = heirs.length === 0 ? '' : `, or renamed to ${heirs.join(' or ')}`;
      return { kind: 'breaking', what: `column was dropped${hint}` };
    },
    come: (column) =>
      column.nullable || column.hasDefault || column.generated || then.kind !== 'table'
        ? { kind: 'additive', what: 'new column' }
        : { kind: 'breaking', what: 'new column that is NOT NULL and has no default: inserts fail' },
    both: (before, after) => oneColumn(before, after, engine),
  });
}

function oneColumn(then: Column, now: Column, engine: Engine): SchemaChange[] {
  const say = (kind: SchemaChange['kind'], what: string): SchemaChange => change(kind, then.name, what);
  return [
    ...(then.type === now.type
      ? []
      : isWider(engine, then.type, now.type)
        ? [say('additive', `widened from ${then.type} to ${now.type}`)]
        : isWider(engine, now.type, then.type)
          ? [say('breaking', `narrowed from ${then.type} to ${now.type}`)]
          : [say('breaking', `changed from ${then.type} to ${now.type}`)]),
    ...(then.nullable && !now.nullable ? [say('breaking', 'is NOT NULL now')] : []),
    ...(!then.nullable && now.nullable ? [say('additive', 'may be NULL now')] : []),
    ...(!then.generated && now.generated
      ? [say('breaking', 'is generated now: inserts that name it fail')]
      : []),
    ...(then.generated && !now.generated ? [say('breaking', 'is not generated any more')] : []),
    ...(then.hasDefault && !now.hasDefault && !now.generated ? [say('breaking', 'lost its default')] : []),
    ...(!then.hasDefault && now.hasDefault && !then.generated ? [say('additive', 'has a default now')] : []),
  ];
}

/** Indexes are what they do, not what they are called: a rebuilt one often has another name. */
function indexChanges(then: Relation, now: Relation): SchemaChange[] {
  const [before, after] = [indexKeys(then), indexKeys(now)];
  const takenOver = new Set(now.constraints.map(keyBehind));
  const gone = then.indexes.filter((index) => !after.has(indexKey(index)) && !takenOver.has(indexKey(index)));
  const come = now.indexes.filter((index) => !before.has(indexKey(index)));
  return [
    ...gone.map(({ name, unique }) =>
      unique
        ? change('breaking', name, 'unique index was dropped: ON CONFLICT and duplicates')
        : change('additive', name, 'index was dropped: slower, no more'),
    ),
    ...come.map(({ name, unique }) =>
      unique
        ? change('breaking', name, 'new unique index: inserts may fail')
        : change('additive', name, 'new index'),
    ),
  ];
}

const indexKey = ({ unique, definition }: Index): string => `${unique} ${definition}`;
const indexKeys = ({ indexes }: Relation): Set<string> => new Set(indexes.map(indexKey));

/**
 * Of the unique index that such a constraint rests on: ADD CONSTRAINT … USING INDEX gives it the one that was there,
 * and refuses nothing more. Not the other way round, for code may name a constraint (ON CONFLICT ON CONSTRAINT).
 */
const keyBehind = ({ kind, definition }: Constraint): string | undefined =>
  kind === 'unique' || kind === 'primary key'
    ? indexKey({
        name: '',
        unique: true,
        definition: definition.replace(/^(?:UNIQUE|PRIMARY KEY) /, 'btree '),
      })
    : undefined;

function constraintChanges(then: Relation, now: Relation): SchemaChange[] {
  // NOT VALID says that nobody looked at the rows that were there; what may be written is the same.
  const keyOf = ({ kind, definition }: Constraint): string =>
    `${kind} ${definition.replace(/ NOT VALID$/, '')}`;
  const keys = ({ constraints }: Relation): Set<string> => new Set(constraints.map(keyOf));
  const [before, after, indexed] = [keys(then), keys(now), indexKeys(then)];
  const isNew = (each: Constraint): boolean =>
    !before.has(keyOf(each)) && !indexed.has(keyBehind(each) ?? '');
  // Code names a primary or unique key (ON CONFLICT); what a check or foreign key refused, it may write now.
  const named = ['primary key', 'unique', 'exclusion'];
  return [
    ...then.constraints
      .filter((each) => !after.has(keyOf(each)))
      .map(({ name, kind }) =>
        change(named.includes(kind) ? 'breaking' : 'additive', name, `${kind} was dropped`),
      ),
    ...now.constraints
      .filter(isNew)
      .map(({ name, kind }) => change('breaking', name, `new ${kind}: writes may fail`)),
  ];
}

const change = (kind: SchemaChange['kind'], subject: string, what: string): SchemaChange => ({
  kind,
  subject,
  what,
});

interface Judge<Named> {
  gone(before: Named): Omit<SchemaChange, 'subject'>;
  come(after: Named): Omit<SchemaChange, 'subject'>;
  both(before: Named, after: Named): readonly SchemaChange[];
}

function paired<Named extends { readonly name: string }>(
  then: readonly Named[],
  now: readonly Named[],
  judge: Judge<Named>,
): SchemaChange[] {
  const [before, after] = [then, now].map((all) => new Map(all.map((each) => [each.name, each])));
  return [
    ...then.flatMap((each) => {
      const still = after?.get(each.name);
      return still === undefined ? [{ subject: each.name, ...judge.gone(each) }] : judge.both(each, still);
    }),
    ...now
      .filter(({ name }) => before?.has(name) === false)
      .map((each) => ({ subject: each.name, ...judge.come(each) })),
  ];
}

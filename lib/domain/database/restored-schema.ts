/**
 * Whether a restored schema has all that the dumped one had, by name. How an expression is printed may differ after a
 * restore (PostgreSQL writes `x IN ('a', 'b')` back with other casts), so definitions are not held against each other.
 */
import type { Relation, SchemaReading } from './schema.ts';

/** A line each; empty where nothing is missing, or where one of the two could not be read. */
export function missingAfterRestore(dumped: SchemaReading, restored: SchemaReading): string[] {
  if (dumped.kind !== 'facts' || restored.kind !== 'facts') return [];
  const [before, after] = [dumped.facts, restored.facts];
  const found = new Map(after.relations.map((relation) => [relation.name, relation]));
  return [
    ...before.relations.flatMap((relation) => missingIn(relation, found.get(relation.name))),
    ...missing('type', '', before.enums, after.enums),
    ...missing('routine', '', before.routines, after.routines),
    ...missing('extension', '', before.extensions, after.extensions),
  ];
}

function missingIn(dumped: Relation, restored: Relation | undefined): string[] {
  const { name, kind } = dumped;
  if (restored === undefined) return [`${kind} ${name} is not there`];
  const of = ` of ${name}`;
  return [
    ...missing('column', of, dumped.columns, restored.columns),
    ...missing('index', of, dumped.indexes, restored.indexes),
    ...missing('constraint', of, dumped.constraints, restored.constraints),
    ...missing('trigger', of, dumped.triggers, restored.triggers),
  ];
}

type Named = { readonly name: string };

function missing(what: string, of: string, dumped: readonly Named[], restored: readonly Named[]): string[] {
  const there = new Set(restored.map(({ name }) => name));
  return dumped.filter(({ name }) => !there.has(name)).map(({ name }) => `${what} ${name}${of} is not there`);
}

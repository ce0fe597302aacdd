/** What of a schema the code above it depends on, as both engines can tell it. */
import type { Engine } from './locator.ts';

export interface SchemaFacts {
  readonly schema: 'slipway/schema-facts/v1';
  readonly engine: Engine;
  readonly relations: readonly Relation[];
  /** Enumerated types that columns use (PostgreSQL). */
  readonly enums: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** Functions and procedures with their arguments; `body` is a hash of how they are defined. */
  readonly routines: readonly { readonly name: string; readonly body: string }[];
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
}

export interface Relation {
  /** `public.orders` */
  readonly name: string;
  /** A table's partitions are no relations of their own: they come and go with time, not with a release. */
  readonly kind: 'table' | 'view' | 'materialized view';
  readonly columns: readonly Column[];
  readonly indexes: readonly Index[];
  readonly constraints: readonly Constraint[];
  readonly triggers: readonly { readonly name: string; readonly definition: string }[];
}

export interface Column {
  readonly name: string;
  /** In the engine's own words: `character varying(40)`, `int(10) unsigned`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  /** The database alone gives its value: an insert that names it fails. */
  readonly generated: boolean;
}

export interface Index {
  readonly name: string;
  readonly unique: boolean;
  /** Without its name: `btree (lower(email)) WHERE deleted IS NULL`. */
  readonly definition: string;
}

export interface Constraint {
  readonly name: string;
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclusion';
  readonly definition: string;
}

export type SchemaReading =
  | { readonly kind: 'facts'; readonly facts: SchemaFacts }
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * The text whose SHA-256 is the schema fingerprint: the same for the same schema whatever the order of creation. The
 * order of columns counts for nothing, as it does in `compareSchemas`.
 */
export function canonicalSchema(facts: SchemaFacts): string {
  const relations = byName(facts.relations).map((relation) => ({
    name: relation.name,
    kind: relation.kind,
    columns: byName(relation.columns).map(({ name, type, nullable, hasDefault, generated }) => [
      name,
      type,
      nullable,
      hasDefault,
      generated,
    ]),
    indexes: byName(relation.indexes).map(({ name, unique, definition }) => [name, unique, definition]),
    constraints: byName(relation.constraints).map(({ name, kind, definition }) => [name, kind, definition]),
    triggers: byName(relation.triggers).map(({ name, definition }) => [name, definition]),
  }));
  const enums = byName(facts.enums).map(({ name, values }) => [name, ...values]);
  const routines = byName(facts.routines).map(({ name, body }) => [name, body]);
  // Versions of extensions follow the server's minor version; a restore on another minor is the same schema.
  const extensions = byName(facts.extensions).map(({ name }) => name);
  return JSON.stringify({
    schema: facts.schema,
    engine: facts.engine,
    relations,
    enums,
    routines,
    extensions,
  });
}

/** By code unit, not by locale: a fingerprint must not depend on the runner's language. */
const byName = <Named extends { readonly name: string }>(all: readonly Named[]): Named[] =>
  [...all].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

/** What a database held when it was dumped, told so that a restored one can be held against it. */
import type { Engine } from './locator.ts';

export interface TableCount {
  /** `public.orders` */
  readonly name: string;
  readonly rows: number;
}

export interface TableRows extends TableCount {
  /** A sum over hashes of its rows, so in no order; its decimal digits. */
  readonly hash: string;
}

/**
 * `columns by name`: the order of columns does not count, for PostgreSQL restores those of a table that inherits in
 * another one.
 */
export type RowMethod = 'columns by name';

/** How an engine's rows are hashed today; an engine that is not here hashes them as it always did. */
export const rowMethods = { postgresql: 'columns by name' } as const satisfies Partial<
  Record<Engine, RowMethod>
>;

/** `counts` for those who cannot afford to have every row read a second time. */
export type Fingerprint =
  | {
      readonly kind: 'rows';
      /** Absent: the first way that its engine had. Hashes of two ways say nothing of each other. */
      readonly method?: RowMethod;
      readonly tables: readonly TableRows[];
    }
  | { readonly kind: 'counts'; readonly tables: readonly TableCount[] };

export type FingerprintKind = Fingerprint['kind'];

/** How a restored database can be held against what is known of the dumped one. */
export interface Comparison {
  readonly kind: FingerprintKind;
  /** Why only by counts, though the rows were hashed. */
  readonly why?: string;
}

/** A backup is never condemned for hashes that those of today cannot be held against: then its rows are counted. */
export function comparisonOf(engine: Engine, fingerprint: Fingerprint): Comparison {
  const methods: Partial<Record<Engine, RowMethod>> = rowMethods;
  if (fingerprint.kind === 'counts' || fingerprint.method === methods[engine])
    return { kind: fingerprint.kind };
  return { kind: 'counts', why: 'another version of Slipway hashed its rows, in another way' };
}

/**
 * How a restored database differs from the dumped one, a line per table; empty where it does not. Counts are held
 * against counts where one of them has no hashes, or both have hashes of two ways.
 */
export function fingerprintDifferences(dumped: Fingerprint, restored: Fingerprint): string[] {
  const isOneWay = methodOf(dumped) === methodOf(restored);
  const found = new Map(restored.tables.map((table) => [table.name, table]));
  const missing = dumped.tables.flatMap((table) => {
    const other = found.get(table.name);
    if (other === undefined) return [`${table.name}: is not there, it had ${rowsOf(table)}`];
    if (other.rows !== table.rows) return [`${table.name}: ${rowsOf(other)} instead of ${table.rows}`];
    const [before, after] = [hashOf(table), hashOf(other)];
    const differs = isOneWay && before !== undefined && after !== undefined && before !== after;
    return differs ? [`${table.name}: ${rowsOf(table)}, but not the same ones`] : [];
  });
  const expected = new Set(dumped.tables.map(({ name }) => name));
  const more = restored.tables
    .filter(({ name }) => !expected.has(name))
    .map((table) => `${table.name}: was not in the dump, has ${rowsOf(table)}`);
  return [...missing, ...more];
}

/** PostgreSQL's large objects are compared as a table is, and are none: no table of it has a name without a schema. */
export const largeObjects = 'large objects';

/** How much that is, for those who read: tables, their rows, and large objects beside them. */
export function heldIn({ tables: all }: Fingerprint): {
  readonly tables: number;
  readonly rows: number;
  readonly largeObjects: number;
} {
  const tables: readonly TableCount[] = all.filter(({ name }) => name !== largeObjects);
  return {
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    largeObjects: all.find(({ name }) => name === largeObjects)?.rows ?? 0,
  };
}

/** Whether nothing at all is in it: an empty dump that went well is still no backup of a shop. */
export const isEmpty = ({ tables }: Fingerprint): boolean => tables.every(({ rows }) => rows === 0);

const rowsOf = ({ rows }: TableCount): string => (rows === 1 ? '1 row' : `${rows} rows`);
const methodOf = (fingerprint: Fingerprint): RowMethod | undefined =>
  fingerprint.kind === 'rows' ? fingerprint.method : undefined;
const hashOf = (table: TableCount | TableRows): string | undefined =>
  'hash' in table ? table.hash : undefined;

/** What a record keeps of the database that its release was verified with. Small: the facts themselves lie beside it. */
import type { AppliedMigrations, MigrationTool } from './migrations.ts';

export type RecordedSchema =
  | {
      readonly kind: 'read';
      /** In words, without a secret. */
      readonly database: string;
      readonly at: string;
      /** SHA-256 of `canonicalSchema`, hex. */
      readonly fingerprint: string;
      /** Without the facts only "the same" can be told of it. */
      readonly facts: 'kept' | 'not kept';
      /** Why the facts are not kept. */
      readonly why?: string;
      readonly migrations: readonly RecordedMigrations[];
    }
  | { readonly kind: 'unreadable'; readonly database: string; readonly at: string; readonly why: string };

/** The books of a migration tool in short: a record may hold twenty years of them. */
export interface RecordedMigrations {
  readonly tool: MigrationTool;
  readonly table: string;
  /** How many are applied. */
  readonly applied: number;
  /** The last of them, newest last. */
  readonly newest: readonly string[];
  /** Begun and not ended well. */
  readonly unfinished: readonly string[];
}

/** At most this many ids of one tool, each of at most this length, are in a record. */
const mostIds = 50;
const longestId = 200;

export const inShort = (migrations: readonly AppliedMigrations[]): RecordedMigrations[] =>
  migrations.map(({ tool, table, applied, unfinished }) => ({
    tool,
    table,
    applied: applied.length,
    newest: applied.slice(-mostIds).map(({ id }) => id.slice(0, longestId)),
    unfinished: unfinished.slice(0, mostIds).map((id) => id.slice(0, longestId)),
  }));

/** `schema 3f9a0c21be47 (flyway: 12 migrations, the last 12.1)`: one line for logs and summaries. */
export function recordedLine(recorded: RecordedSchema): string {
  if (recorded.kind === 'unreadable')
    return `the schema of ${recorded.database} could not be read: ${recorded.why}`;
  const { fingerprint, database, facts, why = '', migrations } = recorded;
  const books = migrations.map(booksLine).join('; ');
  const kept = facts === 'kept' ? '' : `; only its fingerprint is kept: ${why}`;
  return `schema ${fingerprint.slice(0, 12)} of ${database}${books === '' ? '' : ` (${books})`}${kept}`;
}

function booksLine({ tool, applied, newest, unfinished }: RecordedMigrations): string {
  const last = newest.at(-1);
  const open = unfinished.length === 0 ? '' : `, ${unfinished.length} not ended well`;
  return `${tool}: ${applied} applied${last === undefined ? '' : `, the last ${last}`}${open}`;
}

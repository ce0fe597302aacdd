import { createHash } from 'node:crypto';
import type { AppliedMigrations } from '../domain/database/migrations.ts';
import { canonicalSchema } from '../domain/database/schema.ts';
import type { SchemaFacts } from '../domain/database/schema.ts';
import { CancelledError, messageOf } from '../domain/errors.ts';
import type { SchemaSource } from '../ports/schemas.ts';

export type ReadSchema =
  | {
      readonly kind: 'facts';
      readonly facts: SchemaFacts;
      /** SHA-256 of `canonicalSchema`, hex. */
      readonly fingerprint: string;
      readonly migrations: readonly AppliedMigrations[];
    }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Reads the live schema. What keeps it from being read is an answer; only a cancel is thrown. */
export async function readSchema(source: SchemaSource, signal: AbortSignal): Promise<ReadSchema> {
  try {
    const { schema, migrations } = await source.read({ signal });
    if (schema.kind === 'unreadable') return schema;
    const { facts } = schema;
    const fingerprint = createHash('sha256').update(canonicalSchema(facts)).digest('hex');
    return { kind: 'facts', facts, fingerprint, migrations };
  } catch (error) {
    if (signal.aborted) throw new CancelledError(undefined, { cause: error });
    return { kind: 'unreadable', why: shortMessage(error) };
  }
}

/** Short enough for a record, on one line. */
export const shortMessage = (error: unknown): string =>
  messageOf(error).replaceAll(/\s+/g, ' ').slice(0, 300);

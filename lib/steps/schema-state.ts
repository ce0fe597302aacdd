import { createHash } from 'node:crypto';
import { inShort } from '../domain/database/recorded-schema.ts';
import type { SchemaSource } from '../ports/schemas.ts';
import { readSchema } from './schema-read.ts';

export type SchemaState =
  | { readonly kind: 'read'; readonly sum: string }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * One sum over the schema and the books of the migration tools: the same before and after means that nothing was
 * migrated, or that all of it was taken back. Rows are not in it.
 */
export async function schemaState(
  database: SchemaSource | undefined,
  signal: AbortSignal,
): Promise<SchemaState> {
  if (database === undefined) return { kind: 'unknown', why: 'no database was given' };
  const read = await readSchema(database, signal);
  if (read.kind === 'unreadable') return { kind: 'unknown', why: read.why };
  const books = JSON.stringify(inShort(read.migrations));
  return {
    kind: 'read',
    sum: createHash('sha256').update(`${read.fingerprint}\n${books}`).digest('hex'),
  };
}

import { compareSchemas } from '../domain/database/compare-schemas.ts';
import type { RecordedSchema } from '../domain/database/recorded-schema.ts';
import type { SchemaReading } from '../domain/database/schema.ts';
import type { ReleaseRecord } from '../domain/record/types.ts';
import { checkOf } from '../domain/rollback/schema-check.ts';
import type { SchemaCheck } from '../domain/rollback/schema-check.ts';
import type { KeptSchemas, SchemaPorts } from '../ports/schemas.ts';
import { readSchema, shortMessage } from './schema-read.ts';

type Read = Extract<RecordedSchema, { kind: 'read' }>;
type Then = ReleaseRecord & { readonly database: Read };

/**
 * Holds the live schema against those that the version to go back to was verified with. `records` are all of its
 * content, newest first: what it ran with once, also after an earlier rollback, it can run with again. Changes nothing.
 */
export async function compareSchema(
  records: readonly ReleaseRecord[],
  { database, schemas, signal }: SchemaPorts & { readonly signal: AbortSignal },
): Promise<SchemaCheck> {
  if (database === undefined) return { kind: 'not compared' };
  const then = records.filter(hasSchema);
  if (then.length === 0) return unrecorded(records);
  const live = await readSchema(database, signal);
  if (live.kind === 'unreadable') return unreadable(`${database.described} could not be read: ${live.why}`);
  const same = then.find((record) => record.database.fingerprint === live.fingerprint);
  if (same !== undefined) return { kind: 'same', since: same.id, changes: [] };

  let worst: SchemaCheck | undefined;
  for (const record of then) {
    const check = checkOf(compareSchemas(await factsOf(record, schemas, signal), live), record.id);
    if (check.kind === 'same' || check.kind === 'additive') return check;
    // What is known to break says more than what nobody could tell.
    if (worst?.kind !== 'breaking') worst = check.kind === 'breaking' ? check : (worst ?? check);
  }
  return worst ?? unrecorded(records);
}

const hasSchema = (record: ReleaseRecord): record is Then => record.database?.kind === 'read';

const unreadable = (why: string): SchemaCheck => ({
  kind: 'unreadable',
  why,
  unrecorded: false,
  changes: [],
});

function unrecorded(records: readonly ReleaseRecord[]): SchemaCheck {
  const [newest] = records;
  const found = records.find(({ database }) => database?.kind === 'unreadable');
  const why =
    newest === undefined
      ? 'no record speaks of the version to go back to'
      : found?.database?.kind === 'unreadable'
        ? `when ${found.id} was verified, ${found.database.database} could not be read: ${found.database.why}`
        : `${newest.id} does not say with which schema it was verified`;
  return { kind: 'unreadable', why, unrecorded: true, changes: [] };
}

async function factsOf(
  { id, database, ...key }: Then,
  schemas: KeptSchemas,
  signal: AbortSignal,
): Promise<SchemaReading> {
  const changed = `it is another one than ${id} was verified with, and what changed cannot be told`;
  if (database.facts === 'not kept')
    return { kind: 'unreadable', why: `${changed}: only its fingerprint was kept (${database.why ?? ''})` };
  try {
    const facts = await schemas.of(key);
    return facts === undefined
      ? { kind: 'unreadable', why: `${changed}: what was kept of it is gone` }
      : { kind: 'facts', facts };
  } catch (error) {
    if (signal.aborted) throw error;
    return { kind: 'unreadable', why: `${changed}: ${shortMessage(error)}` };
  }
}

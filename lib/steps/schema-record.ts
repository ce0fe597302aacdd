import { inShort, recordedLine } from '../domain/database/recorded-schema.ts';
import type { RecordedSchema } from '../domain/database/recorded-schema.ts';
import { isVerified } from '../domain/record/transitions.ts';
import type { ReleaseRecord } from '../domain/record/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SchemaPorts } from '../ports/schemas.ts';
import { readSchema, shortMessage } from './schema-read.ts';
import type { ReadSchema } from './schema-read.ts';

export interface RecordSchemaPorts extends SchemaPorts {
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly signal: AbortSignal;
}

/**
 * Adds to a record that is verified now with which schema it is. A database that cannot be read, or a record that
 * cannot be written, is said and never makes a healthy release red. An earlier reading stays where this one fails.
 */
export async function recordSchema(
  record: ReleaseRecord,
  write: (change: (now: ReleaseRecord) => ReleaseRecord) => Promise<ReleaseRecord>,
  ports: RecordSchemaPorts,
): Promise<ReleaseRecord> {
  const { database, log, clock, signal } = ports;
  if (database === undefined || !isVerified(record)) return record;
  const read = await readSchema(database, signal);
  const at = new Date(clock.now()).toISOString();
  const recorded: RecordedSchema =
    read.kind === 'unreadable'
      ? { kind: 'unreadable', database: database.described, at, why: read.why }
      : { kind: 'read', database: database.described, at, ...(await kept(record, read, ports)) };
  const line = recordedLine(recorded);
  if (read.kind === 'facts') log.info(line);
  else log.warn(`${line}; an undo that asks for the schema will find none in ${record.id}`);
  if (read.kind === 'unreadable' && record.database?.kind === 'read') return record;
  try {
    return await write((now) => (isVerified(now) ? { ...now, database: recorded } : now));
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn(`the schema is not in the record ${record.id}: ${shortMessage(error)}`);
    return record;
  }
}

/** The facts first: a record never names what is not there. */
async function kept(
  record: ReleaseRecord,
  { facts, fingerprint, migrations }: Extract<ReadSchema, { kind: 'facts' }>,
  { schemas, signal }: RecordSchemaPorts,
): Promise<Omit<Extract<RecordedSchema, { kind: 'read' }>, 'kind' | 'database' | 'at'>> {
  const short = { fingerprint, migrations: inShort(migrations) };
  try {
    if ((await schemas.keep(record, facts)) === 'kept') return { ...short, facts: 'kept' };
    return { ...short, facts: 'not kept', why: 'they are too large for a Secret' };
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...short, facts: 'not kept', why: shortMessage(error) };
  }
}

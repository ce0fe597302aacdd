import type { SchemaFacts } from '../domain/database/schema.ts';
import type { RecordKey } from '../domain/record/id.ts';
import type { Cancellable, SchemaContents } from './database.ts';

/** The database that a release works on, as far as its schema goes. */
export interface SchemaSource {
  /** In words, without a secret. */
  readonly described: string;
  /** Changes nothing, and gives up by itself after a while. */
  read(options: Cancellable): Promise<SchemaContents>;
}

/** The schema that a record was verified with, kept beside the record: it may be a thousand times as large. */
export interface KeptSchemas {
  /** Takes the place of what was kept before. `too large`: nothing is kept. */
  keep(record: RecordKey, facts: SchemaFacts): Promise<'kept' | 'too large'>;
  /** Undefined where nothing is kept. */
  of(record: RecordKey): Promise<SchemaFacts | undefined>;
}

export interface SchemaPorts {
  readonly schemas: KeptSchemas;
  /** Absent where the step was given no `database`. */
  readonly database?: SchemaSource;
}

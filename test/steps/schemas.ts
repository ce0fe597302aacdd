import type { AppliedMigrations } from '../../lib/domain/database/migrations.ts';
import type { Column, Relation, SchemaFacts } from '../../lib/domain/database/schema.ts';
import type { RecordKey } from '../../lib/domain/record/id.ts';
import type { SchemaContents } from '../../lib/ports/database.ts';
import type { KeptSchemas, SchemaSource } from '../../lib/ports/schemas.ts';

/** What is kept beside records, as the adapter promises it. */
export class MemorySchemas implements KeptSchemas {
  readonly kept = new Map<number, SchemaFacts>();
  /** More relations than this are too large. */
  most = 1000;
  onKeep: () => void = () => {};

  async keep({ seq }: RecordKey, facts: SchemaFacts): Promise<'kept' | 'too large'> {
    this.onKeep();
    if (facts.relations.length > this.most) return 'too large';
    this.kept.set(seq, facts);
    return 'kept';
  }

  async of({ seq }: RecordKey): Promise<SchemaFacts | undefined> {
    return this.kept.get(seq);
  }
}

/** A database whose schema changes as a test says, and which counts how often it was looked at. */
export class MemoryDatabase implements SchemaSource {
  readonly described = 'postgresql database shop in pod shop/db-0';
  facts: SchemaFacts = facts(['id integer not null', 'total bigint']);
  migrations: readonly AppliedMigrations[] = [];
  /** Why it cannot be read. */
  gone: string | undefined;
  read: SchemaSource['read'] = async (): Promise<SchemaContents> => {
    this.reads += 1;
    if (this.gone !== undefined) throw new Error(this.gone);
    return { schema: { kind: 'facts', facts: this.facts }, migrations: this.migrations };
  };
  reads = 0;
}

/** One table `public.orders` with these columns: `total bigint not null`. */
export const facts = (columns: readonly string[], more: Partial<Relation> = {}): SchemaFacts => ({
  schema: 'slipway/schema-facts/v1',
  engine: 'postgresql',
  relations: [
    {
      name: 'public.orders',
      kind: 'table',
      columns: columns.map(column),
      indexes: [],
      constraints: [],
      triggers: [],
      ...more,
    },
  ],
  enums: [],
  routines: [],
  extensions: [],
});

function column(text: string): Column {
  const nullable = !text.endsWith(' not null');
  const [name = '', ...type] = text.replace(/ not null$/, '').split(' ');
  return { name, type: type.join(' '), nullable, hasDefault: false, generated: false };
}

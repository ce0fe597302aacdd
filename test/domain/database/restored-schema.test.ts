import { expect, test } from '@jest/globals';
import { missingAfterRestore } from '../../../lib/domain/database/restored-schema.ts';
import type { Relation, SchemaFacts, SchemaReading } from '../../../lib/domain/database/schema.ts';

const orders: Relation = {
  name: 'public.orders',
  kind: 'table',
  columns: [{ name: 'id', type: 'bigint', nullable: false, hasDefault: true, generated: false }],
  indexes: [{ name: 'orders_pkey', unique: true, definition: 'btree (id)' }],
  constraints: [{ name: 'state_known', kind: 'check', definition: "CHECK (state IN ('a', 'b'))" }],
  triggers: [{ name: 'touch', definition: 'BEFORE UPDATE' }],
};
const facts: SchemaFacts = {
  schema: 'slipway/schema-facts/v1',
  engine: 'postgresql',
  relations: [orders],
  enums: [{ name: 'public.state', values: ['a'] }],
  routines: [{ name: 'public.touch()', body: 'x' }],
  extensions: [{ name: 'pgcrypto', version: '1.3' }],
};
const read = (rest: Partial<SchemaFacts> = {}): SchemaReading => ({
  kind: 'facts',
  facts: { ...facts, ...rest },
});
const withOrders = (rest: Partial<Relation>): SchemaReading => read({ relations: [{ ...orders, ...rest }] });

test.each<[string, SchemaReading, string[]]>([
  ['the same', read(), []],
  ['no table', read({ relations: [] }), ['table public.orders is not there']],
  ['no column', withOrders({ columns: [] }), ['column id of public.orders is not there']],
  ['no index', withOrders({ indexes: [] }), ['index orders_pkey of public.orders is not there']],
  [
    'no constraint',
    withOrders({ constraints: [] }),
    ['constraint state_known of public.orders is not there'],
  ],
  ['no trigger', withOrders({ triggers: [] }), ['trigger touch of public.orders is not there']],
  ['no type', read({ enums: [] }), ['type public.state is not there']],
  ['no routine', read({ routines: [] }), ['routine public.touch() is not there']],
  ['no extension', read({ extensions: [] }), ['extension pgcrypto is not there']],
  [
    'written another way',
    withOrders({
      constraints: [
        {
          name: 'state_known',
          kind: 'check',
          definition: "CHECK (state = ANY (ARRAY['a'::text, 'b'::text]))",
        },
      ],
    }),
    [],
  ],
  ['another version of an extension', read({ extensions: [{ name: 'pgcrypto', version: '1.4' }] }), []],
  ['unreadable', { kind: 'unreadable', why: 'no right' }, []],
])('%s', (_, restored, missing) => {
  expect(missingAfterRestore(read(), restored)).toEqual(missing);
});

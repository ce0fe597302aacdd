import { expect, test } from '@jest/globals';
import type { Relation, SchemaFacts } from '../../../lib/domain/database/schema.ts';
import type { RollbackResult } from '../../../actions/rollback/run.ts';
import { report } from '../../../actions/rollback/report.ts';
import { facts } from '../../steps/schemas.ts';
import { inputs, Target } from './memory.ts';

const then = ['id integer not null', 'total bigint', 'code varchar(20) not null'];

/** Revision 1 was verified with `then`; 2 runs, and the database is as `now`. */
async function target(now: SchemaFacts | string, more: { unrecorded?: boolean } = {}): Promise<Target> {
  const shop = new Target('pass').watchDatabase();
  shop.database.facts = facts(then);
  if (more.unrecorded !== true) {
    await shop.schemas.keep(shop.records.at(1), shop.database.facts);
    shop.records.all[0] = {
      ...shop.records.at(1),
      database: {
        kind: 'read',
        database: shop.database.described,
        at: '2026-01-01T00:00:00.000Z',
        fingerprint: 'of then'.padEnd(64, '0'),
        facts: 'kept',
        migrations: [],
      },
    };
  }
  if (typeof now === 'string') shop.database.gone = now;
  else shop.database.facts = now;
  return shop;
}

const trigger: Partial<Relation> = { triggers: [{ name: 'audit', definition: 'AFTER INSERT' }] };
const without = (name: string): string[] => then.filter((column) => !column.startsWith(name));

type Ending = 'goes' | 'refused' | 'refused unless forced';

/** What the database is now → what becomes of the rollback, and what it says. */
const table: readonly [string, SchemaFacts | string, Ending, string][] = [
  ['the same', facts(then), 'goes', 'the schema is as it was when prod/shop#1 was verified'],
  [
    'a new nullable column',
    facts([...then, 'note text']),
    'goes',
    'only grown since prod/shop#1 was verified: public.orders.note new column',
  ],
  [
    'a column that may be NULL now',
    facts([...without('code'), 'code varchar(20)']),
    'goes',
    'public.orders.code may be NULL now',
  ],
  [
    'a new table',
    {
      ...facts(then),
      relations: [...facts(then).relations, ...facts(['a text'], { name: 'public.notes' }).relations],
    },
    'goes',
    'public.notes new table',
  ],
  [
    'a new index',
    facts(then, { indexes: [{ name: 'by_total', unique: false, definition: 'btree (total)' }] }),
    'goes',
    'new index',
  ],
  ['a column dropped', facts(without('total')), 'refused', 'public.orders.total column was dropped'],
  ['a column renamed', facts([...without('total'), 'sum bigint']), 'refused', 'dropped, or renamed to sum'],
  [
    'a column narrowed',
    facts([...without('total'), 'total integer']),
    'refused',
    'narrowed from bigint to integer',
  ],
  [
    'a column NOT NULL now',
    facts([...without('total'), 'total bigint not null']),
    'refused',
    'public.orders.total is NOT NULL now',
  ],
  ['a new NOT NULL column', facts([...then, 'shop integer not null']), 'refused', 'inserts fail'],
  ['a table dropped', { ...facts(then), relations: [] }, 'refused', 'public.orders table was dropped'],
  [
    'a new unique index',
    facts(then, { indexes: [{ name: 'one', unique: true, definition: 'btree (code)' }] }),
    'refused',
    'new unique index',
  ],
  [
    'a trigger that nobody can judge',
    facts(then, trigger),
    'refused unless forced',
    'public.orders.audit new trigger',
  ],
  ['a dropped column beside it', facts(without('total'), trigger), 'refused', 'column was dropped'],
  [
    'a database that does not answer',
    'no pod matches app=db',
    'refused unless forced',
    'no pod matches app=db',
  ],
];

test.each(table)('the database has %s', async (_, now, ending, says) => {
  const shop = await target(now);
  const before = JSON.stringify([shop.records.all, shop.helm.revisions]);

  const result = await shop.rollBack();

  expect(result.reason).toContain(says);
  if (ending === 'goes') {
    expect(result.result).toBe('success');
    expect(shop.said).toContainEqual(expect.stringContaining(says));
    expect(shop.records.at(2).undo?.schema).toContain(says);
    expect(summaryOf(result)).toContain(says);
    return;
  }
  expect(result).toMatchObject({ result: 'failure' });
  expect(result.done).toBeUndefined();
  expect(JSON.stringify([shop.records.all, shop.helm.revisions])).toBe(before);
  expect(shop.locks.state).toBe('free');

  const forced = await shop.rollBack({ force: 'true' });
  expect(forced.result).toBe(ending === 'refused' ? 'failure' : 'success');
  if (ending === 'refused') expect(JSON.stringify([shop.records.all, shop.helm.revisions])).toBe(before);
  else expect(shop.records.at(3).reason).toContain('forced although whether the old version can read');
});

/** As a person reads it. */
const summaryOf = (result: RollbackResult): string => report(result, inputs()).summary.replaceAll('\\#', '#');

test('a refusal says what to do', async () => {
  const breaking = await (await target(facts(without('total')))).rollBack();
  expect(report(breaking, inputs()).annotations?.[0]?.message).toMatch(/do +fix forward .*restore-db/);
  const gone = await (await target('no answer')).rollBack();
  expect(summaryOf(gone)).toContain('make the database readable');
  expect(summaryOf(gone)).toContain('force: true');
});

test('a record from before database was given has nothing to compare with: refused unless forced', async () => {
  const shop = await target(facts(then), { unrecorded: true });
  const result = await shop.rollBack();
  expect(result).toMatchObject({
    result: 'failure',
    reason: expect.stringContaining('prod/shop#1 does not say'),
  });
  expect(report(result, inputs()).annotations?.[0]?.message).toContain('smoke-test with record and database');
  expect(shop.database.reads).toBe(0);
  await expect(shop.rollBack({ force: 'true' })).resolves.toMatchObject({ result: 'success' });
});

test('without database it goes on and says that nothing was compared', async () => {
  const shop = await target(facts(without('total')));
  const { database: _, ...ports } = shop.ports;
  shop.ports = ports;
  const result = await shop.rollBack();
  const says = 'the schema was not compared: no database was given';
  expect(result).toMatchObject({
    result: 'success',
    reason: 'revision 3 brings back revision 1, it is a pass',
  });
  expect(shop.said).toContain(says);
  expect(shop.records.at(2).undo).toMatchObject({ schema: says });
  expect(summaryOf(result)).toContain(says);
  expect(shop.database.reads).toBe(0);
});

test('a dry run compares and says so', async () => {
  const shop = await target(facts([...then, 'note text']));
  await expect(shop.rollBack({ 'dry-run': 'true' })).resolves.toMatchObject({
    result: 'success',
    reason: expect.stringContaining('has only grown since prod/shop#1'),
  });
});

test('a migration that runs while it waits for the lock is seen under it', async () => {
  const shop = await target(facts(then));
  shop.locks.onAcquire = () => (shop.database.facts = facts(without('total')));
  const result = await shop.rollBack();
  expect(result).toMatchObject({ result: 'failure', reason: expect.stringContaining('column was dropped') });
  expect(shop.helm.calls).toEqual([]);
  expect(shop).toMatchObject({ left: undefined, locks: { state: 'free' } });
});

test('what it went back to ran with the schema of now: its record says so', async () => {
  const shop = await target(facts([...then, 'note text']));
  const result = await shop.rollBack();
  expect(result.done?.own.database).toMatchObject({ kind: 'read', facts: 'kept' });
  expect(shop.schemas.kept.get(3)).toEqual(shop.database.facts);
});

test('post goes on with what was compared, and asks nothing', async () => {
  const shop = await target(facts([...then, 'note text']));
  shop.helm.onRollback = () => {
    shop.cancel.abort();
    shop.helm.onRollback = undefined;
    throw new Error('helm was killed');
  };
  await expect(shop.rollBack()).rejects.toThrow();
  const { reads } = shop.database;
  const { database: _, ...ports } = shop.ports;
  shop.ports = ports;
  await expect(shop.post()).resolves.toMatchObject({ result: 'success' });
  expect(shop.records.at(2).undo).toMatchObject({
    outcome: 'success',
    schema: expect.stringContaining('has only grown'),
  });
  expect(shop.database.reads).toBe(reads);
});

import { expect, test } from '@jest/globals';
import { report } from '../../../actions/deploy-helm/report.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { SchemaFacts } from '../../../lib/domain/database/schema.ts';
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import { MemoryHelm } from '../../steps/memory.ts';
import { facts } from '../../steps/schemas.ts';
import { inputs, Target } from './memory.ts';

const then = ['id integer not null', 'total bigint'];
const last = (target: Target): ReleaseRecord => target.records.all.at(-1) as ReleaseRecord;

/** Release 1 was verified with `then`; the next one migrates the database to `now`, and gets these verdicts. */
async function shipped(
  now: SchemaFacts | string,
  ...verdicts: (Verdict['outcome'] | (() => Verdict['outcome']))[]
): Promise<Target> {
  const target = new Target('pass', ...verdicts).watchDatabase();
  target.database.facts = facts(then);
  await target.deploy();
  target.helm.onUpgrade = () => {
    if (typeof now === 'string') target.database.gone = now;
    else target.database.facts = now;
  };
  return target;
}

test('a release that is verified says with which schema, in its record and in the summary', async () => {
  const target = new Target('pass').watchDatabase();
  const result = await target.deploy();
  expect(result.done?.record.database).toMatchObject({ kind: 'read', facts: 'kept' });
  expect(last(target)).toEqual(result.done?.record);
  expect(report(result, inputs()).summary).toMatch(/verified .*<br>schema [0-9a-f]{12} of postgresql/);
});

test('one that waits for another verdict does not say so yet', async () => {
  const target = new Target('pass').watchDatabase();
  await target.deploy({ expects: 'smoke-test' });
  expect(last(target)).not.toHaveProperty('database');
});

test('a database that cannot be read is told before anything changes, and a healthy release stays green', async () => {
  const target = new Target('pass').watchDatabase();
  target.database.gone = 'no pod matches app=db';
  const result = await target.deploy();
  expect(result).toMatchObject({ result: 'success' });
  expect(result.plan.warnings).toContainEqual(expect.stringContaining('no pod matches app=db; unless that'));
  expect(last(target)).toMatchObject({ database: { kind: 'unreadable', why: 'no pod matches app=db' } });
});

const additive = facts([...then, 'note text']);
const breaking = facts(['id integer not null']);

test.each<[string, SchemaFacts | string, 'undone' | 'not gone back', string]>([
  ['nothing', facts(then), 'undone', 'the schema is as it was when prod/shop#1 was verified'],
  [
    'a nullable column',
    additive,
    'undone',
    'has only grown since prod/shop#1 was verified: public.orders.note',
  ],
  ['a column dropped', breaking, 'not gone back', 'public.orders.total column was dropped'],
  [
    'a column narrowed',
    facts(['id integer not null', 'total integer']),
    'not gone back',
    'narrowed from bigint',
  ],
  [
    'a new NOT NULL',
    facts(['id integer not null', 'total bigint not null']),
    'not gone back',
    'is NOT NULL now',
  ],
  ['a database that is gone', 'no answer', 'not gone back', 'could not be read: no answer'],
])('a release fails after its migration made %s', async (_, now, kind, says) => {
  const target = await shipped(now, 'fail', 'pass');

  const result = await target.deploy();

  expect(result).toMatchObject({ result: 'failure', done: { takenBack: { kind } } });
  expect(target).toMatchObject({ left: undefined, locks: { state: 'free' } });
  const { summary, annotations } = report(result, inputs());
  expect(summary.replaceAll('\\#', '#')).toContain(says);
  if (kind === 'undone') {
    expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
    expect(last(target)).toMatchObject({
      state: 'rolled-back',
      undo: { schema: expect.stringContaining(says) },
    });
    return;
  }
  expect(target.helm.calls).not.toContain('rollback to 1');
  expect(target.helm.statuses).toEqual(['1 deployed', '2 failed']);
  expect(last(target)).toMatchObject({ state: 'rejected', undoable: 'manual' });
  expect(last(target).undo).toBeUndefined();
  expect(last(target).reason).toContain(says);
  expect(result.reason).toContain(says);
  expect(target.said).toContainEqual(expect.stringContaining(`not gone back: `));
  expect(annotations?.[0]?.message).toMatch(/\n.*(restore-db|force: true)/);
});

test('without database the undo goes on, and says that nothing was compared', async () => {
  const target = await shipped(breaking, 'fail', 'pass');
  const { database: _, ...ports } = target.ports;
  target.ports = ports;
  const result = await target.deploy();
  const says = 'the schema was not compared: no database was given';
  expect(result).toMatchObject({ done: { takenBack: { kind: 'undone' } } });
  expect(last(target).undo?.schema).toBe(says);
  expect(target.said).toContain(says);
  expect(report(result, inputs()).summary).toContain(says);
});

test('a version from before database was given is not gone back to, which is told before', async () => {
  const target = new Target('pass', 'fail');
  await target.deploy();
  target.watchDatabase();
  let before: readonly string[] = [];
  target.helm.onUpgrade = () => void (before = [...target.said]);
  const result = await target.deploy();
  expect(before).toContainEqual(expect.stringContaining('there is nothing to compare with, so'));
  expect(result).toMatchObject({ result: 'failure', done: { takenBack: { kind: 'not gone back' } } });
  expect(result.reason).toContain('prod/shop#1 does not say with which schema it was verified');
  expect(target.helm.calls).not.toContain('rollback to 1');
});

test('where nothing would be gone back to, nothing is compared', async () => {
  const target = await shipped(breaking, 'fail');
  const result = await target.deploy({ 'on-failure': 'leave' });
  expect(result).toMatchObject({ done: { takenBack: { kind: 'left' } } });
});

test.each<[string, SchemaFacts, boolean, string[]]>([
  ['additive', additive, true, ['1 superseded', '2 failed', '3 deployed']],
  ['breaking', breaking, false, ['1 deployed', '2 failed']],
])('cancelled in the roll-out: post compares, too: %s', async (kind, now, good, statuses) => {
  const cancel = (): 'pass' => {
    target.cancel.abort();
    return 'pass';
  };
  const target: Target = await shipped(now, cancel, 'pass');
  await expect(target.deploy()).rejects.toThrow('cancelled');

  const done = await target.post();

  expect(done.good).toBe(good);
  expect(target.helm.statuses).toEqual(statuses);
  expect(target.locks.state).toBe('free');
  if (kind === 'breaking') expect(last(target).reason).toContain('public.orders.total column was dropped');
});

test('a main that is killed once it was decided: post decides the same, and says it once', async () => {
  const target = await shipped(breaking, 'fail');
  target.helm.writeBack = () => {
    throw new Error('killed');
  };
  await expect(target.deploy()).rejects.toThrow('killed');
  Reflect.deleteProperty(target.helm, 'writeBack');

  await expect(target.post()).resolves.toMatchObject({ good: false });

  expect(target.helm.statuses).toEqual(['1 deployed', '2 failed']);
  expect(last(target).reason?.match(/not gone back/g)).toHaveLength(1);
  expect(target.helm.calls).not.toContain('rollback to 1');
});

test('an undo that had begun is brought to its end, whatever has become of the database', async () => {
  const cancel = (): 'pass' => {
    target.cancel.abort();
    return 'pass';
  };
  const target: Target = await shipped(additive, 'fail', cancel, 'pass');
  await expect(target.deploy()).rejects.toThrow('cancelled');
  target.database.gone = 'no answer';

  await expect(target.post()).resolves.toMatchObject({ good: true });

  expect(target.helm.statuses).toEqual(['1 superseded', '2 failed', '3 deployed']);
  expect(last(target).undo).toMatchObject({
    outcome: 'success',
    schema: expect.stringContaining('has only grown'),
  });
});

test('one that was claimed and had not begun is compared again, and its claim does not stay open', async () => {
  const target = await shipped(additive, 'fail');
  target.helm.read = (where, revision) => {
    if (last(target).undo === undefined) return MemoryHelm.prototype.read.call(target.helm, where, revision);
    // Claimed, and the main is cancelled before helm goes back.
    target.cancel.abort();
    throw new Error('killed');
  };
  await expect(target.deploy()).rejects.toThrow();
  expect(last(target).undo).toMatchObject({ toRevision: 1 });
  expect(last(target).undo).not.toHaveProperty('outcome');
  Reflect.deleteProperty(target.helm, 'read');
  target.database.facts = breaking;

  await expect(target.post()).resolves.toMatchObject({ good: false });

  expect(target.helm.calls).not.toContain('rollback to 1');
  expect(last(target)).toMatchObject({ state: 'rejected', undo: { outcome: 'failure' } });
});

test('what post saw to its end says with which schema', async () => {
  const cancel = (): 'pass' => {
    target.cancel.abort();
    return 'pass';
  };
  const target: Target = await shipped(additive, cancel, 'pass');
  await expect(target.deploy({ 'on-cancel': 'finish' })).rejects.toThrow('cancelled');
  await expect(target.post()).resolves.toMatchObject({ good: true });
  expect(last(target)).toMatchObject({ state: 'ready', database: { kind: 'read' } });
});

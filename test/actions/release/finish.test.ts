import { expect, test } from '@jest/globals';
import { CancelledError } from '../../../lib/domain/errors.ts';
import { House, migrated } from './memory.ts';

const old = ['id integer not null', 'total bigint'];

async function shipped(...verdicts: ConstructorParameters<typeof House>): Promise<House> {
  const house = new House('pass', ...verdicts);
  house.onCommand['up'] = () => 0;
  expect(await house.run()).toMatchObject({ result: 'success' });
  house.onCommand['up'] = () => house.schema(migrated);
  house.commands.splice(0);
  house.target.helm.calls.splice(0);
  return house;
}

const columns = (house: House): (string | undefined)[] =>
  house.target.database.facts.relations[0]?.columns.map(({ name }) => name) ?? [];

test('cancelled in the backup: nothing to undo', async () => {
  const house = await shipped();
  house.onBackup = () => {
    house.target.cancel.abort(new CancelledError());
    throw new CancelledError();
  };
  await expect(house.run()).rejects.toThrow('cancelled');
  const post = await house.post();
  expect(post).toMatchObject({ result: 'success' });
  expect(house.target.records.at(2).state).toBe('abandoned');
  expect(house.commands).toEqual([]);
  expect(house.target.locks.state).toBe('free');
});

test('cancelled in the migration: post takes it back, and the database is as it was', async () => {
  const house = await shipped();
  house.onCommand['up'] = () => {
    house.target.cancel.abort(new CancelledError());
    return house.schema(migrated);
  };
  await expect(house.run()).rejects.toThrow('cancelled');
  expect(house.target.records.at(2).migration?.outcome).toBe('cancelled');
  const post = await house.post();
  expect(post).toMatchObject({ result: 'success' });
  expect(post?.reason).toContain('migration: undone');
  expect(house.commands).toEqual(['up', 'down']);
  expect(columns(house)).toEqual(['id', 'total']);
  expect(house.target.records.at(2)).toMatchObject({
    state: 'abandoned',
    migration: { undone: { outcome: 'success' } },
  });
  expect(house.target.locks.state).toBe('free');
});

test('cancelled in the deploy: the old version, then the migration', async () => {
  const house = await shipped();
  house.target.helm.onUpgrade = () => {
    house.target.cancel.abort(new CancelledError());
    throw new CancelledError();
  };
  await expect(house.run()).rejects.toThrow('cancelled');
  house.target.helm.onUpgrade = undefined;
  house.onCommand['down'] = () => {
    expect(house.target.helm.calls.at(-1)).toBe('rollback to 1');
    return house.schema(old);
  };
  const post = await house.post();
  expect(post).toMatchObject({ result: 'success' });
  expect(house.commands).toEqual(['up', 'down']);
  expect(house.target.records.at(2).state).toBe('rolled-back');
  expect(house.target.locks.state).toBe('free');
});

test('cancelled while it is asked: what nobody has proven goes back', async () => {
  const house = await shipped();
  const ports = house.ports();
  house.ports = () => ({
    ...ports,
    connect: {
      ...ports.connect,
      smoke: () => {
        house.target.cancel.abort(new CancelledError());
        throw new CancelledError();
      },
    },
  });
  await expect(house.run()).rejects.toThrow('cancelled');
  expect(house.target.records.at(2).state).toBe('ready');
  Reflect.deleteProperty(house, 'ports');
  const post = await house.post();
  expect(post).toMatchObject({ result: 'success' });
  expect(house.target.records.at(2).state).toBe('rolled-back');
  expect(columns(house)).toEqual(['id', 'total']);
});

test('killed in the migration, without a post: the next run goes on from there, and could take back all of it', async () => {
  const house = await shipped('fail', 'pass');
  // The machine is switched off: nothing after this is done.
  const gone = new Promise<never>(() => undefined);
  await new Promise<void>((resolve) => {
    house.onCommand['up'] = () => {
      house.schema(['id integer not null', 'total bigint', 'half text']);
      resolve();
      return gone;
    };
    void house.run();
  });
  expect(house.target.records.at(2).migration).toMatchObject({
    undo: 'automatic',
    before: expect.anything(),
  });
  expect(house.target.records.at(2).migration).not.toHaveProperty('outcome');

  house.target.job = 'finished';
  house.onCommand['up'] = () => house.schema(migrated);
  const next = await house.run();

  expect(house.said).toContain('the migration of prod/shop#2 began');
  expect(next).toMatchObject({ result: 'failure', record: { seq: 3, state: 'rolled-back' } });
  expect(house.target.records.at(2).migration?.goneOnBy).toBe('prod/shop#3');
  // Back to what there was before the first of them, not to the half of it.
  expect(next.record?.migration).toMatchObject({ undone: { outcome: 'success' } });
  expect(columns(house)).toEqual(['id', 'total']);
});

test('nothing left is nothing said', async () => {
  const house = await shipped();
  expect(await house.post()).toBeUndefined();
});

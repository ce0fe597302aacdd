import { expect, test } from '@jest/globals';
import { UnreachableError } from '../../../lib/domain/errors.ts';
import { report } from '../../../actions/release/report.ts';
import { House, inputs, migrated } from './memory.ts';

/** A house in which one release was shipped well: the state to go back to. */
async function shipped(...verdicts: ConstructorParameters<typeof House>): Promise<House> {
  const house = new House('pass', ...verdicts);
  house.onCommand['up'] = () => 0;
  const first = await house.run();
  expect(first).toMatchObject({ result: 'success', record: { state: 'verified' } });
  house.onCommand['up'] = () => house.schema(migrated);
  house.commands.splice(0);
  house.target.said.splice(0);
  house.target.helm.calls.splice(0);
  return house;
}

const columns = (house: House): (string | undefined)[] =>
  house.target.database.facts.relations[0]?.columns.map(({ name }) => name) ?? [];
const phases = ({ phases: all }: { phases: readonly { name: string; result: string }[] }): string[] =>
  all.map(({ name, result }) => `${name} ${result}`);

test('all of it, in order, in one record', async () => {
  const house = await shipped();
  const second = await house.run();

  expect(second).toMatchObject({ result: 'success', undone: [] });
  expect(phases(second)).toEqual(['backup success', 'migration success', 'deploy success', 'smoke success']);
  expect(second.record).toMatchObject({
    state: 'verified',
    migration: {
      undo: 'automatic',
      outcome: 'success',
      backup: { uri: expect.stringContaining('memory/postgresql/shop/') },
    },
  });
  expect(second.record?.steps.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['backup', 'migration', 'helm upgrade and roll-out']),
  );
  expect(house.commands).toEqual(['up']);
  expect(house.left).toBeUndefined();
  expect(house.target.locks.state).toBe('free');
  const { outputs, summary } = report(second, inputs());
  expect(outputs).toMatchObject({ 'failed-phase': '', undone: '', record: 'prod/shop#2', revision: '2' });
  expect(summary).toContain('### ✅ release: shop in prod \\(prod\\) is released');
});

test('a dry run says what every phase would do, and changes nothing', async () => {
  const house = new House();
  const planned = await house.run({ 'dry-run': 'true' });
  expect(planned).toMatchObject({ result: 'success', reason: 'dry run: nothing was changed' });
  expect(planned.plan.map(({ name, undo }) => `${name} ${undo}`)).toEqual([
    'backup not needed',
    'migration automatic',
    'deploy automatic',
    'smoke not needed',
  ]);
  expect(house.commands).toEqual([]);
  expect(house.target.records.all).toEqual([]);
  expect(house.storage.objects.size).toBe(0);
  expect(house.target.helm.calls).toEqual([]);
});

test.each(['manual', 'none'])('undo: %s is named before anything begins', async (undo) => {
  const house = new House();
  house.file = house.file.replace('undo: automatic, undo-command: down', `undo: ${undo}`);
  house.onCommand['up'] = () => {
    expect(house.said).toContain('the migration is not undone');
    return 0;
  };
  await house.run();
  expect(house.commands).toEqual(['up']);
});

test('without a backup nothing goes on', async () => {
  const house = await shipped();
  house.onBackup = () => {
    throw new UnreachableError('the bucket does not answer');
  };
  const failed = await house.run();
  expect(failed).toMatchObject({ result: 'failure', record: { state: 'rejected' } });
  expect(failed.reason).toContain('no backup, no release: ');
  expect(phases(failed)).toEqual(['backup failure']);
  // Who reads what runs there must not take this one for it.
  expect(house.target.told.at(-1)).toMatch(/^7 failure prod\/shop#2 rejected.*: nothing had been applied$/);
  expect(house.commands).toEqual([]);
  expect(house.target.helm.calls).toEqual([]);
  expect(house.target.locks.state).toBe('free');
});

test('a migration that fails half-way is taken back, and helm never begins', async () => {
  const house = await shipped();
  house.onCommand['up'] = () => {
    house.schema(migrated);
    return 3;
  };
  const failed = await house.run();
  expect(failed).toMatchObject({
    result: 'failure',
    undone: [{ what: 'migration', good: true }],
    record: { state: 'rejected', migration: { outcome: 'failure', undone: { outcome: 'success' } } },
  });
  expect(failed.reason).toContain('the migration failed: up ended with 3');
  expect(house.commands).toEqual(['up', 'down']);
  expect(columns(house)).toEqual(['id', 'total']);
  expect(house.target.helm.calls).toEqual([]);
});

test('a migration that changed nothing is not taken back: down would take the one before', async () => {
  const house = await shipped('fail', 'pass');
  house.onCommand['up'] = () => 0;
  const failed = await house.run();
  expect(failed).toMatchObject({
    result: 'failure',
    record: { migration: { undone: { outcome: 'not needed' } } },
  });
  expect(house.commands).toEqual(['up']);
});

test('a deploy that does not hold: the old version first, then the migration', async () => {
  const house = await shipped('fail', 'pass');
  house.onCommand['down'] = () => {
    expect(house.target.helm.calls).toEqual(['upgrade, wait: none', 'rollback to 1']);
    return house.schema(['id integer not null', 'total bigint']);
  };
  const failed = await house.run();
  expect(failed.undone.map(({ what, good }) => `${what} ${good}`)).toEqual(['deploy true', 'migration true']);
  expect(failed).toMatchObject({ result: 'failure', record: { state: 'rolled-back' } });
  expect(columns(house)).toEqual(['id', 'total']);
  expect(report(failed, inputs()).outputs).toMatchObject({ 'failed-phase': 'deploy', undone: 'true' });
});

test('where the old version cannot read the schema, the migration goes back first', async () => {
  const house = await shipped('fail', 'pass');
  house.onCommand['up'] = () => house.schema(['id integer not null']);
  house.onCommand['down'] = () => {
    expect(house.target.helm.calls).toEqual(['upgrade, wait: none']);
    return house.schema(['id integer not null', 'total bigint']);
  };
  const failed = await house.run();
  expect(failed.undone.map(({ what, good }) => `${what} ${good}`)).toEqual(['migration true', 'deploy true']);
  expect(house.target.helm.calls).toEqual(['upgrade, wait: none', 'rollback to 1']);
  expect(failed.record?.state).toBe('rolled-back');
});

test('what answers wrongly goes back, and the migration after it', async () => {
  const house = await shipped('pass', 'pass');
  house.answer = 500;
  const failed = await house.run();
  expect(phases(failed)).toEqual(['backup success', 'migration success', 'deploy success', 'smoke failure']);
  expect(failed.undone.map(({ what, good }) => `${what} ${good}`)).toEqual(['deploy true', 'migration true']);
  expect(failed.record?.state).toBe('rolled-back');
  expect(columns(house)).toEqual(['id', 'total']);
  expect(house.target.locks.state).toBe('free');
});

test('nobody knows whether it answers, and the API is gone: post undoes nothing', async () => {
  const house = await shipped('pass', 'pass');
  house.onSmoke = () => {
    house.target.records.down = true;
  };
  await expect(house.run()).rejects.toThrow(UnreachableError);
  expect(house.left).toBeUndefined();

  house.target.records.down = false;
  expect(await house.post()).toBeUndefined();
  expect(house.commands).toEqual(['up']);
  expect(house.target.helm.calls).toEqual(['upgrade, wait: none']);
  expect(house.target.records.all.at(-1)).toMatchObject({
    state: 'ready',
    migration: { outcome: 'success' },
  });
});

test('ready, and then the API is gone: post undoes nothing', async () => {
  const house = await shipped('pass', 'pass');
  house.target.records.prune = async () => {
    throw new UnreachableError('the API does not answer');
  };
  await expect(house.run()).rejects.toThrow(UnreachableError);

  expect(await house.post()).toMatchObject({
    result: 'inconclusive',
    reason: expect.stringContaining('prod/shop#2: it is ready, and nothing was undone'),
  });
  expect(house.commands).toEqual(['up']);
  expect(house.target.helm.calls).toEqual(['upgrade, wait: none']);
});

test('a smoke test that could not ask undoes nothing, and says so', async () => {
  const house = await shipped('pass', 'pass');
  house.onSmoke = () => {
    throw new UnreachableError('the API does not answer');
  };
  const unknown = await house.run();
  expect(unknown).toMatchObject({ result: 'inconclusive', undone: [], record: { state: 'ready' } });
  expect(unknown.reason).toContain('the API does not answer; nothing was undone');
  expect(house.left).toBeUndefined();
  expect(house.commands).toEqual(['up']);
});

test('an undo that does not bring the schema back is red, with the backup to restore', async () => {
  const house = await shipped('fail', 'pass');
  house.onCommand['down'] = () => 0;
  const failed = await house.run();
  expect(failed.undone).toMatchObject([
    { what: 'deploy', good: true },
    { what: 'migration', good: false },
  ]);
  const { outputs, summary } = report(failed, inputs());
  expect(outputs['undone']).toBe('false');
  expect(summary).toContain('not everything is undone');
  expect(summary).toContain(`restore-db brings backup ${outputs['backup-id']}`);
});

test('undo: none stays, as it was said, and the old version runs', async () => {
  const house = await shipped('fail', 'pass');
  house.file = house.file.replace('undo: automatic, undo-command: down', 'undo: none');
  const failed = await house.run();
  expect(failed.undone.map(({ what, good }) => `${what} ${good}`)).toEqual([
    'deploy true',
    'migration false',
  ]);
  expect(columns(house)).toEqual(['id', 'total', 'note']);
  expect(house.commands).toEqual(['up']);
});

test('another release that began meanwhile keeps what was migrated', async () => {
  const house = await shipped('fail', 'pass');
  let asked = 0;
  house.target.locks.onAcquire = () => {
    asked += 1;
    // The second one is for the undo of the migration.
    if (asked !== 2) return;
    const newest = house.target.records.all.at(-1);
    if (newest !== undefined)
      house.target.records.all.push({ ...newest, seq: 9, id: 'prod/shop#9', state: 'applied' });
  };
  const failed = await house.run();
  expect(failed.undone.at(-1)).toMatchObject({ what: 'migration', good: false });
  expect(failed.undone.at(-1)?.detail).toContain('prod/shop#9 has begun since');
  expect(house.commands).toEqual(['up']);
});

test('who cannot be read before cannot be migrated with undo: automatic', async () => {
  const house = await shipped();
  house.target.database.gone = 'connection refused';
  const failed = await house.run();
  expect(failed.reason).toContain('could not be read, so its migration could not be taken back');
  expect(house.commands).toEqual([]);
});

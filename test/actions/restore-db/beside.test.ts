import { expect, test } from '@jest/globals';
import { CancelledError } from '../../../lib/domain/errors.ts';
import { backedUp, contents } from './memory.ts';

const made = 'shop_restored_20261126040000';

test('beside: a new database, compared, and how to switch to it', async () => {
  const world = await backedUp();
  const result = await world.run({ mode: 'beside' });
  expect([...world.server.databases.keys()]).toEqual(['shop', made]);
  expect(result).toMatchObject({ result: 'success', restored: { database: made } });
  expect(result.restored?.switch?.commands.at(-1)).toBe(`ALTER DATABASE "${made}" RENAME TO "shop";`);
  expect([world.left, world.server.dropped]).toEqual([undefined, []]);
});

test('under a name of one’s own; one that is taken is refused', async () => {
  const world = await backedUp();
  expect((await world.run({ mode: 'beside', name: 'old_shop' })).restored?.database).toBe('old_shop');
  expect((await world.run({ mode: 'beside', name: 'old_shop' })).reason).toMatch(
    /a database old_shop on the server already/,
  );
  expect(world.server.dropped).toEqual([]);
});

test('one that is not what was dumped is dropped again', async () => {
  const world = await backedUp();
  world.server.script.restores = {
    ...contents,
    fingerprint: {
      kind: 'rows',
      method: 'columns by name',
      tables: [{ name: 'public.t', rows: 2, hash: '8' }],
    },
  };
  await expect(world.run({ mode: 'beside' })).rejects.toThrow(
    /not the same ones; database .* was dropped again/,
  );
  expect([[...world.server.databases.keys()], world.left]).toEqual([['shop'], undefined]);
});

test('a cancel in the middle: it is dropped, and post has nothing to do', async () => {
  const world = await backedUp();
  world.server.onRestore = () => world.cancel.abort(new CancelledError());
  await expect(world.run({ mode: 'beside' })).rejects.toThrow(CancelledError);
  expect([...world.server.databases.keys()]).toEqual(['shop']);
  expect(await world.post()).toBeUndefined();
});

test('main is killed in the middle: post drops what it had made, and nothing else', async () => {
  const world = await backedUp();
  const killed = new Promise<void>((resolve) => {
    world.server.onRestore = () => {
      world.server.onRestore = undefined;
      resolve();
    };
  });
  const main = world.run({ mode: 'beside' });
  await killed;
  // What a killed main can no longer do: it is still at work, and has not told post that all is well.
  expect(world.left).toEqual({ beside: made });
  expect(await world.post()).toMatchObject({ result: 'success', reason: expect.stringMatching(made) });
  expect(world.server.dropped).toEqual([made]);
  await main;
});

test('what an earlier run left is named, and never touched', async () => {
  const world = await backedUp();
  world.server.databases.set('shop_restored_20261101000000', world.server.open('x'));
  await world.run({ mode: 'beside' });
  expect(world.warned.join('\n')).toMatch(
    /shop_restored_20261101000000 of an earlier restore is still there/,
  );
  expect(world.server.dropped).toEqual([]);
});

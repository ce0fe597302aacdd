import { describe, expect, test } from '@jest/globals';
import { Yard, refusal } from './memory.ts';

const id = '20261126T041500Z-1a2b3c';
const folder = `postgresql/shop/${id}`;

describe('retention', () => {
  test('comes after the manifest, and says what it keeps and why', async () => {
    const yard = new Yard();
    const ids = [1, 2, 3].map((hours) => yard.there(hours));
    const result = await yard.run({ keep: '{ last: 2 }' });
    expect(result.fates).toEqual([
      { id, fate: 'kept', why: expect.stringContaining('one of the last 2') },
      { id: ids[0], fate: 'kept', why: 'one of the last 2' },
      { id: ids[1], fate: 'deleted', why: expect.any(String) },
      { id: ids[2], fate: 'deleted', why: expect.any(String) },
    ]);
    const [published, ...after] = yard.done.slice(yard.done.findIndex((line) => line.includes('manifest')));
    expect(published).toContain(`put ${folder}/manifest`);
    expect(after).toEqual(
      [ids[1], ids[2]].flatMap((each) => [
        `delete postgresql/shop/${each}/manifest.complete.json`,
        `delete postgresql/shop/${each}/dump.pgdump.zst`,
      ]),
    );
  });

  test('empty: nothing is ever deleted', async () => {
    const yard = new Yard();
    for (const hours of [1, 2, 3]) yard.there(hours);
    const before = yard.keys();
    const result = await yard.run();
    expect(result.fates).toBeUndefined();
    expect(yard.keys()).toEqual(expect.arrayContaining(before));
  });

  test('a manifest that says another database counts for nothing and stays', async () => {
    const yard = new Yard();
    const foreign = yard.there(1, 'complete', { database: 'other' });
    const good = yard.there(2);
    const result = await yard.run({ keep: '{ last: 1, floor: 2 }' });
    expect(result.fates).toMatchObject([
      { id, fate: 'kept' },
      {
        id: foreign,
        fate: 'kept',
        why: expect.stringMatching(/^damaged or not ours, left alone: .*wrong place/),
      },
      { id: good, fate: 'kept' },
    ]);
  });

  test('one that is damaged does not count, goes only with its reason, and is warned of', async () => {
    const yard = new Yard();
    const [cut, good] = [yard.there(1), yard.there(2)];
    yard.storage.objects.set(`postgresql/shop/${cut}/dump.pgdump.zst`, Buffer.from('the'));
    const result = await yard.run({ keep: '{ last: 2 }' });
    const why = 'damaged: dump.pgdump.zst has 3 bytes instead of 32, and 1 newer verified one is there';
    expect(result.fates).toMatchObject([
      { id, fate: 'kept' },
      { id: cut, fate: 'deleted', why },
      { id: good, fate: 'kept' },
    ]);
    expect(yard.said).toContain(`deleted ${cut}: ${why}`);
    expect(yard.warned).toContain(
      `${cut} does not count as a backup: dump.pgdump.zst has 3 bytes instead of 32`,
    );
  });

  test('one without its object does not count', async () => {
    const yard = new Yard();
    const hollow = yard.there(1);
    yard.storage.objects.delete(`postgresql/shop/${hollow}/dump.pgdump.zst`);
    const good = yard.there(2);
    const result = await yard.run({ keep: '{ last: 1, floor: 2 }' });
    expect(result.fates).toMatchObject([{ id, fate: 'kept' }, { id: hollow }, { id: good, fate: 'kept' }]);
  });

  test('a storage that does not list the new backup: nothing is deleted', async () => {
    const yard = new Yard();
    yard.there(1);
    yard.overStorage = {
      async *list(prefix) {
        for await (const object of yard.storage.list(prefix)) if (!object.key.includes(id)) yield object;
      },
    };
    const result = await yard.run({ keep: '{ last: 1 }' });
    expect(result).toMatchObject({ result: 'success', fates: [] });
    expect(yard.done.filter((line) => line.startsWith('delete'))).toEqual([]);
  });

  test('another run of the same time that was done first: what this one has just made stays', async () => {
    const yard = new Yard();
    const newer = yard.there(0);
    const old = yard.there(1);
    const result = await yard.run({ keep: '{ last: 1 }' });
    expect(result.fates).toMatchObject([
      { id: newer, fate: 'kept' },
      { id, fate: 'kept', why: 'made by this run' },
      { id: old, fate: 'deleted' },
    ]);
    expect(yard.keys()).toContain(`${folder}/manifest.complete.json`);
  });

  test('one that cannot be deleted: the backup is there, and a warning', async () => {
    const yard = new Yard();
    const old = yard.there(1);
    yard.overStorage = { delete: () => Promise.reject(refusal('locked until 2027')) };
    const result = await yard.run({ keep: '{ last: 1 }' });
    expect(result).toMatchObject({
      result: 'success',
      warnings: [expect.stringContaining(`${old} should go and stays: locked until 2027`)],
      fates: [{ id }, { id: old, fate: 'kept', why: 'locked until 2027' }],
    });
  });
});

import { describe, expect, test } from '@jest/globals';
import { Yard, refusal } from './memory.ts';

describe('what killed runs left', () => {
  const dead = 'postgresql/shop/20261126T021500Z-bbbbbb';
  const young = 'postgresql/shop/20261126T040000Z-cccccc';

  test('is removed when it is older than a run may be; the rest is left alone', async () => {
    const yard = new Yard();
    for (const hours of [20, 0.5]) yard.there(hours);
    const others = [
      `${dead.replace('shop', 'other')}/dump.pgdump.zst`,
      'postgresql/shop/20261126T021500Z-bbbbbb/notes.txt',
      'README',
    ];
    for (const key of [
      `${dead}/globals.sql.zst`,
      `${dead}/dump.pgdump.zst`,
      `${young}/dump.pgdump.zst`,
      ...others,
    ])
      yard.storage.objects.set(key, Buffer.from('x'));
    const result = await yard.run();
    expect(yard.keys()).toEqual(expect.arrayContaining([...others, `${young}/dump.pgdump.zst`]));
    expect(yard.keys().filter((key) => key.startsWith(dead) && !others.includes(key))).toEqual([]);
    expect(result.swept).toEqual([expect.stringContaining('20261126T021500Z-bbbbbb')]);
    expect(yard.said.filter((line) => line.includes('has no manifest'))).toEqual([
      '20261126T040000Z-cccccc has no manifest: still at work, or killed less than 1h00m ago',
    ]);
  });

  test('of uploads, too, only those of this database are told to be ours', async () => {
    const yard = new Yard();
    const asked: boolean[] = [];
    yard.overStorage = {
      async sweep({ isOurs, idleFor }) {
        expect(idleFor).toBeGreaterThan(3_600_000);
        for (const key of [dead, dead.replace('shop', 'other'), dead.replace('postgresql', 'mysql'), 'x'])
          asked.push(isOurs(`${key}/dump.pgdump.zst`));
        return [];
      },
    };
    await yard.run();
    expect(asked).toEqual([true, false, false, false]);
  });

  test('one that is published while it is looked at is a backup, and stays', async () => {
    const yard = new Yard();
    const id = yard.there(2);
    const folder = `postgresql/shop/${id}`;
    let listings = 0;
    yard.overStorage = {
      async *list(prefix) {
        listings += 1;
        const isFirst = listings === 1;
        for await (const object of yard.storage.list(prefix))
          if (!isFirst || !object.key.includes(`${id}/manifest`)) yield object;
      },
    };
    const result = await yard.run();
    expect(result.swept).toEqual([]);
    expect(yard.keys()).toEqual(
      expect.arrayContaining([`${folder}/dump.pgdump.zst`, `${folder}/manifest.complete.json`]),
    );
  });

  test('who may not delete still gets a backup, and a warning', async () => {
    const yard = new Yard();
    yard.storage.objects.set(`${dead}/dump.pgdump.zst`, Buffer.from('x'));
    yard.overStorage = { delete: () => Promise.reject(refusal('AccessDenied')) };
    const result = await yard.run({ keep: '{ last: 1 }' });
    expect(result).toMatchObject({ result: 'success', warnings: [expect.stringContaining('AccessDenied')] });
  });
});

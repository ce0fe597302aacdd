import { expect, test } from '@jest/globals';
import { Yard } from './memory.ts';

test('dry run: what would be done, and nothing is', async () => {
  const yard = new Yard();
  const [kept, gone] = [yard.there(1), yard.there(2)];
  yard.storage.objects.set('postgresql/shop/20261120T000000Z-bbbbbb/dump.pgdump.zst', Buffer.from('x'));
  const before = yard.keys();
  const result = await yard.run({ 'dry-run': 'true', keep: '{ last: 2 }', globals: 'true' });
  expect(yard.keys()).toEqual(before);
  expect(yard.done).toEqual([]);
  expect(result).toMatchObject({ result: 'success', backup: undefined });
  expect(result.plan?.steps).toEqual([
    expect.stringContaining('sweep 20261120T000000Z-bbbbbb'),
    'dump roles and grants of the whole server',
    expect.stringContaining(`dump shop and store about 32 B, as ${kept} has`),
    expect.stringContaining('read the stored object again'),
    'publish the manifest',
    `keep ${kept}: one of the last 2`,
    expect.stringContaining(`delete ${gone}`),
  ]);
});

import { expect, test } from '@jest/globals';
import { Target } from './memory.ts';

test('what runs afterwards is of the commit that was shipped then', async () => {
  const target = new Target('pass');
  const [first] = target.records.all;
  if (first === undefined) throw new Error('nothing to go back to');
  target.records.all[0] = { ...first, by: { ...first.by, run: '40', sha: 'shipped' } };
  await target.rollBack({ environment: 'production' });
  expect(target.commits).toEqual(['shipped']);
  expect(target.records.at(3).by).toMatchObject({ run: '42', sha: 'shipped' });
});

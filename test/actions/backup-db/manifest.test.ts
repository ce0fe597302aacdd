import { expect, test } from '@jest/globals';
import { Yard } from './memory.ts';

test('what the dump tool was told is in the manifest, and what it was dumped of is what it is proven in', async () => {
  const yard = new Yard();
  yard.script = { facts: { encoding: 'SQL_ASCII', locale: 'C' } };
  const result = await yard.run({ verify: 'restored', 'extra-args': '--no-comments' });
  const known = { encoding: 'SQL_ASCII', locale: 'C' };
  expect(result.backup?.manifest).toMatchObject({ ...known, extraArgs: ['--no-comments'] });
  expect(yard.ordered).toEqual([expect.objectContaining(known), expect.objectContaining(known)]);
  expect((await new Yard().run()).backup?.manifest).not.toHaveProperty('extraArgs');
});

import { expect, test } from '@jest/globals';
import { finishLeft } from '../../../actions/build-push/finish.ts';

test('nothing left: nothing is said', async () => {
  expect(await finishLeft(undefined)).toBeUndefined();
});

test('the builder of a cancelled main is removed', async () => {
  const removed: string[] = [];
  const ports = { builder: { remove: async (name: string) => void removed.push(name) } };
  expect(await finishLeft({ left: { builder: 'slipway-1' }, ports })).toEqual({
    result: 'success',
    reason: 'the builder slipway-1 is removed',
  });
  expect(removed).toEqual(['slipway-1']);
});

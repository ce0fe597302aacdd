import { expect, test } from '@jest/globals';
import { forgetBrokenOff } from '../../lib/steps/broken-off.ts';
import { MemoryHelm } from './memory.ts';

const shop = { name: 'shop', namespace: 'prod' };

test.each([
  ['pending', 'pending-rollback', 'Rollback to 1'],
  ['as Helm says that one failed', 'failed', 'Rollback "shop" failed: context canceled'],
  ['as we say it', 'failed', 'Rollback to 1 broke off: no answer'],
])('a rollback that broke off is taken out of the history: %s', async (_, status, description) => {
  const helm = new MemoryHelm();
  helm.add('deployed');
  helm.add('failed', { description: 'it crashes' });
  helm.add('failed', { description: 'Rollback to 1 broke off: no answer' });
  helm.add(status, { description });
  await expect(forgetBrokenOff(shop, helm)).resolves.toEqual([4, 3]);
  expect(helm.statuses).toEqual(['1 deployed', '2 failed']);
});

test.each([
  ['a release that failed', 'failed', 'it crashes'],
  ['a rollback that stands', 'deployed', 'Rollback to 1'],
  ['a rollback that was applied and found wanting', 'failed', 'not ready after 5s'],
  ['a helm that is at work on an upgrade', 'pending-upgrade', 'Preparing upgrade'],
])('%s stays', async (_, status, description) => {
  const helm = new MemoryHelm();
  helm.add('superseded');
  helm.add(status, { description });
  await expect(forgetBrokenOff(shop, helm)).resolves.toEqual([]);
  expect(helm.revisions).toHaveLength(2);
});

test('where nobody of ours can have begun it, one that is pending is at work', async () => {
  const helm = new MemoryHelm();
  helm.add('failed', { description: 'it crashes' });
  helm.add('pending-rollback', { description: 'Rollback to 1' });
  await expect(forgetBrokenOff(shop, helm, { pending: false })).resolves.toEqual([]);
  helm.set(2, 'failed');
  await expect(forgetBrokenOff(shop, helm, { pending: false })).resolves.toEqual([2]);
});

import { expect, test } from '@jest/globals';
import { report } from '../../../actions/approval-gate/report.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { RepositorySeed } from '../../../sandbox/github/seed.ts';
import { Gate, before, image, shop } from './gate.ts';
import { play } from './play.ts';

const asked = { mode: 'propose', environment: 'production', images: image };
const there = (...statuses: { state: 'success' | 'in_progress' | 'failure'; description?: string }[]) => ({
  ref: before,
  sha: before,
  environment: 'production',
  statuses,
});
/** What jobs leave that name the environment and deploy nothing. */
const empty = (count: number): NonNullable<RepositorySeed['deployments']> =>
  Array.from({ length: count }, () => there({ state: 'success' }));

test('what runs is found behind the empty Deployments of other jobs, before the gate and behind it', async () => {
  const deployments = [...(shop().deployments ?? []), ...empty(30)];
  await using gate = await Gate.open({ deployments });
  expect(await gate.run(asked)).toMatchObject({ running: { record: 'shop-production/shop#41' } });
  expect(await play({ seed: { deployments } })).toMatchObject({ result: 'success' });
});

test('a hundred empty ones hide what runs: nothing is proposed, and the gate stays shut', async () => {
  const deployments = [...(shop().deployments ?? []), ...empty(100)];
  await using gate = await Gate.open({ deployments });
  await expect(gate.run(asked)).rejects.toThrow(TargetError);
  await expect(gate.run(asked)).rejects.toThrow('none of the newest 100 Deployments tells of a release');
});

test('a failed release that stayed is what runs, with its state', async () => {
  const failed = there(
    { state: 'in_progress', description: 'shop-production/shop#42 planned' },
    { state: 'failure', description: 'shop-production/shop#42 rejected sha256:999999999999' },
  );
  await using gate = await Gate.open({ deployments: [...(shop().deployments ?? []), failed] });
  const result = await gate.run(asked);
  expect(result).toMatchObject({ running: { record: 'shop-production/shop#42', state: 'rejected' } });
  const page = report(result).summary;
  expect(page).toContain('> ⚠️ What runs there, shop-production/shop\\#42 \\(rejected\\), did not hold');
  expect(page).toContain('**If it does not hold**: back to the last release that was verified.');
});

test('a release that is on its way there keeps the gate shut', async () => {
  const begun = there({ state: 'in_progress', description: 'shop-production/shop#42 planned' });
  const result = await play({
    meanwhile: ({ github }) => github.plant({ repositories: [{ name: 'acme/shop', deployments: [begun] }] }),
  });
  expect(result).toMatchObject({ result: 'inconclusive' });
  expect(result.reason).toContain('shop-production/shop#42 is on its way there');
});

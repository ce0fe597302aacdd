/** A scheduled run: something newer in the registry, or nothing to do. */
import { expect, test } from '@jest/globals';
import type { PlanResult } from '../../../actions/plan-release/run.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import { Repository } from './memory.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const tags = { 'v1.4.2': digest('2'), 'v1.5.0': digest('5'), latest: digest('5'), 'v2.0.0': digest('0') };

function scheduled(registry: Repository['registry'] = tags): Repository {
  return Object.assign(new Repository(), {
    env: {
      GITHUB_EVENT_NAME: 'schedule',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_SHA: 'c'.repeat(40),
      GITHUB_RUN_ID: '7',
    },
    file: "environments: { staging: { namespace: shop-staging, updates: '^1.4' }, prod: }",
    head: 'c'.repeat(40),
    registry,
  });
}

const look = (running: string, repository = scheduled(), environment = 'staging'): Promise<PlanResult> =>
  repository.plan({ chart: 'oci://harbor.example.com/charts/shop', running, environment });

test.each(['1.4.2', 'v1.4.2', 'none', digest('2'), `harbor.example.com/charts/shop:v1.4.2@${digest('2')}`])(
  'there is something newer than %s',
  async (running) => {
    expect(await look(running)).toMatchObject({
      result: 'success',
      deploy: true,
      reason: expect.stringContaining('1.5.0 for staging: harbor.example.com/charts/shop: 1.5.0 is'),
      environment: { name: 'staging', namespace: 'shop-staging' },
      version: { version: '1.5.0' },
      tags: ['v1.5.0'],
      digest: digest('5'),
    });
  },
);

test.each([
  ['1.5.0', 'staging', '1.5.0 runs and is the newest within ^1.4'],
  [digest('5'), 'staging', '1.5.0 runs and is the newest within ^1.4'],
  ['2.0.0', 'staging', '2.0.0 runs and is newer than 1.5.0, the newest within ^1.4'],
  [digest('0'), 'prod', '2.0.0 runs and is the newest'],
])('%s in %s stays: %s', async (running, environment, why) => {
  expect(await look(running, scheduled(), environment)).toMatchObject({
    result: 'skipped',
    deploy: false,
    reason: `nothing to release: harbor.example.com/charts/shop: ${why}`,
    tags: [],
    digest: '',
  });
});

test('a digest that no version tag stands for is no ground to deploy, nor to stay', async () => {
  expect(await look(digest('f'))).toMatchObject({
    result: 'inconclusive',
    deploy: false,
    reason: expect.stringContaining(
      'none of the 3 newest version tags stands for it; give running as a version',
    ),
  });
});

test('a version costs one question besides the list; a digest asks the newest first', async () => {
  const byVersion = scheduled();
  await look('1.4.2', byVersion);
  expect(byVersion.asked).toEqual(['v1.5.0']);
  const byDigest = scheduled();
  await look(digest('5'), byDigest);
  expect(byDigest.asked).toEqual(['v2.0.0', 'v1.5.0']);
});

test('no such repository is an error, not a quiet stay', async () => {
  const absent = scheduled();
  absent.registry = undefined;
  await expect(look('1.4.2', absent)).rejects.toThrow(TargetError);
});

test('an empty repository has nothing', async () => {
  expect(await look('1.4.2', scheduled({}))).toMatchObject({ result: 'skipped', deploy: false });
});

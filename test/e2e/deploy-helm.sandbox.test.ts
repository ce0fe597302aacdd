import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { shipped } from './support/expected.ts';
import { release, serviceImage } from './support/release.ts';
import { outputNamesOf } from './support/step.ts';
import { majors } from './support/tools.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../docs/schemas/release-record.json', import.meta.url), 'utf8'),
) as object;

function faultsOf(record: unknown): unknown {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return validate(record) ? [] : validate.errors;
}

test.concurrent.each(majors)('ships, ships again, and skips what is there already (%s)', async (helm) => {
  await using shop = await release({ helm });
  const environment = { environment: 'production', 'environment-url': 'https://shop.example.com' };
  const [v1, v2] = await Promise.all([serviceImage('v1'), serviceImage('v2')]);
  // GitHub makes one for a job with `environment:` by itself; the second job has none.
  const logUrl = 'https://github.com/octo/shop/actions/runs/1001/job/7001';
  const statuses = [{ state: 'in_progress' as const, logUrl }];
  const ofJob = {
    ref: 'main',
    sha: '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79',
    environment: 'production',
    statuses,
  };
  shop.github.plant({ repositories: [{ name: 'octo/shop', deployments: [ofJob] }] });

  const first = await shop.deploy({ ...environment, images: `image=${v1.pinned}` });

  expect(first).toMatchObject({ ...shipped, post: { exit: 0 } });
  expect(Object.keys(first.outputs).sort()).toEqual(await outputNamesOf('deploy-helm'));
  expect(first.outputs).toMatchObject({
    revision: '1',
    'previous-revision': '',
    status: 'deployed',
    'chart-version': '0.1.0',
    'chart-digest': '',
    images: JSON.stringify({ 'Deployment/shop/shop': v1.pinned }),
    'environment-url': 'https://shop.example.com',
    record: `${shop.namespace.name}/shop#1`,
    'deployment-id': expect.stringMatching(/^\d+$/),
    notes: expect.stringContaining('shop runs'),
    'duration-ms': expect.stringMatching(/^\d+$/),
  });
  expect(faultsOf(first.record)).toEqual([]);
  expect(first.record).toMatchObject({ kind: 'release', state: 'ready', revision: 1, undoable: 'manual' });
  expect(first.summary).toContain('✅ deploy-helm');
  expect(first.summary).toMatch(/Advice: .*\n(.*\n)*.*it has one replica/);

  const second = await shop.deploy({ ...environment, images: `image=${v2.pinned}`, expects: 'smoke-test' });

  expect(second).toMatchObject({ ...shipped, outputs: { revision: '2', 'previous-revision': '1' } });
  expect(JSON.parse(second.outputs['images'] ?? '')).toEqual({ 'Deployment/shop/shop': v2.pinned });
  expect(second.record).toMatchObject({ from: { revision: 1 }, expects: ['smoke-test'], state: 'ready' });
  expect(await shop.statuses()).toEqual(['1 superseded', '2 deployed']);
  expect(await shop.records()).toEqual(['#1 ready', '#2 ready']);
  expect(await shop.lease()).toBeUndefined();

  const unverified = await shop.deploy({ images: `image=${v2.pinned}`, 'if-unchanged': 'skip' });
  const same = await shop.deploy({ images: `image=${v2.pinned}`, 'if-unchanged': 'skip' });

  expect(unverified).toMatchObject({ ...shipped, outputs: { revision: '3' } });
  expect(same).toMatchObject({ result: 'skipped', exit: 0, record: undefined, outputs: { revision: '3' } });
  expect((await shop.history()).length).toBe(3);

  const made = shop.github.recorded.filter(({ operation }) => operation === 'repos/create-deployment');
  expect(made).toHaveLength(1);
  expect(second.outputs['deployment-id']).not.toBe(first.outputs['deployment-id']);
  const told = shop.github.recorded.filter(({ operation }) => operation === 'repos/create-deployment-status');
  expect(told.map(({ body }) => body)).toEqual([
    expect.objectContaining({ state: 'in_progress', environment: 'production' }),
    expect.objectContaining({
      state: 'success',
      environment_url: 'https://shop.example.com',
      description: expect.stringContaining(`${shop.namespace.name}/shop#1 ready ${v1.digest.slice(0, 19)}`),
    }),
    expect.objectContaining({ state: 'in_progress' }),
    expect.objectContaining({ state: 'success' }),
  ]);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runWorkflow } from '../../sandbox/act/run.ts';
import { teamRepository } from '../../sandbox/act/team-repository.ts';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import { pushBase } from '../../sandbox/images/base.ts';
import { startBuildkit } from '../../sandbox/images/buildkit.ts';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import { ensureTools } from '../../sandbox/tools.ts';

let folder: string;
let buildx: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-images-runner-'));
  ({ buildx } = await ensureTools(['buildx', 'buildkitd', 'act', 'helm3', 'helm4', 'kubectl']));
}, 900_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const workflow = (registry: string): string => `
name: Build
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - id: setup
        uses: docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e
        with: { version: v0.30.0, driver-opts: network=host }
      - id: named
        run: buildx build --builder \${{ steps.setup.outputs.name }} --push --tag ${registry}/team/app:named .
      - id: current
        run: BUILDKIT_HOST= buildx build --push --tag ${registry}/team/app:current .
`;

test('a workflow builds with the builder of the stand-in, and by BUILDKIT_HOST', async () => {
  await using registry = await startDistribution();
  await using buildkit = await startBuildkit();
  const { pinned } = await pushBase({ registry: registry.address });
  const repository = await teamRepository(join(folder, 'team'));
  await repository.commit('all', {
    '.github/workflows/build.yml': workflow(registry.address),
    Dockerfile: `FROM ${pinned}\nRUN echo built > /proof\n`,
  });
  const run = await runWorkflow({
    repository,
    workflow: '.github/workflows/build.yml',
    event: { name: 'push' },
    secrets: {},
    helm: 4,
    runId: 1,
    artifactFolder: join(folder, 'artifacts'),
    programs: { buildx },
    environment: { BUILDKIT_HOST: buildkit.address },
  });
  const setup = stepOf(jobOf(run, 'build'), 'setup');
  expect(run).toMatchObject({ result: 'success' });
  expect(setup.outputs).toMatchObject({
    driver: 'docker-container',
    platforms: expect.stringContaining('linux/'),
  });
  expect(setup.annotations).toMatchObject([
    { kind: 'notice', message: expect.stringContaining('v0.30.0 was asked') },
  ]);
  const tags = await fetch(`http://${registry.address}/v2/team/app/tags/list`);
  expect(await tags.json()).toMatchObject({ tags: ['current', 'named'] });
});

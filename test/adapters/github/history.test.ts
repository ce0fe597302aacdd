import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectGitHub } from '../../../lib/adapters/github/connect.ts';
import type { GitHubPorts } from '../../../lib/adapters/github/connect.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { PastDeployment } from '../../../lib/ports/github.ts';
import { startGitHub } from '../../../sandbox/github/server.ts';
import type { GitHub } from '../../../sandbox/github/server.ts';

let github: GitHub;
beforeEach(async () => {
  github = await startGitHub();
  github.plant({ repositories: [{ name: 'octo/shop' }] });
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

const quiet = () => undefined;
const connect = (token = 'ghs_x'): GitHubPorts =>
  connectGitHub({
    apiUrl: github.url,
    serverUrl: 'https://github.com',
    token,
    proxyEnv: {},
    clock: { now: () => Date.now(), sleep: async () => undefined },
    log: {
      info: quiet,
      warn: quiet,
      debug: quiet,
      group: (_, body) => body(),
      untrusted: quiet,
      mask: quiet,
    },
    actor: {
      repository: 'octo/shop',
      run: '77',
      attempt: 1,
      job: '4711',
      actor: 'ada',
      sha: '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79',
      ref: 'refs/heads/main',
    },
  });

async function all(found: AsyncIterable<PastDeployment>): Promise<PastDeployment[]> {
  const deployments: PastDeployment[] = [];
  for await (const each of found) deployments.push(each);
  return deployments;
}

const line = (digest: string): string => `prod/shop#4 verified ${digest}`;
const shipped = (environment: string, digest: string, payload: object | string = {}) => ({
  ref: 'main',
  environment,
  payload: payload as Record<string, unknown> | string,
  statuses: [
    { state: 'in_progress' as const, description: 'prod/shop#4 planned' },
    { state: 'success' as const, description: line(digest) },
  ],
});

test('the Deployments of one environment, newest first, each with the last word on it first', async () => {
  const images = { app: 'r.test/shop@a' };
  github.plant({
    repositories: [
      {
        name: 'octo/shop',
        deployments: [
          shipped('staging', 'a', { images }),
          shipped('production', 'b'),
          shipped('staging', 'c', JSON.stringify({ images })),
        ],
      },
    ],
  });

  const found = await all(connect().history.deploymentsIn('staging'));

  expect(found.map(({ statuses }) => statuses.map(({ description }) => description))).toEqual([
    [line('c'), 'prod/shop#4 planned'],
    [line('a'), 'prod/shop#4 planned'],
  ]);
  // GitHub gives a payload back as it got it: as an object, or as the text of one.
  expect(found.map(({ payload }) => payload)).toEqual([{ images }, { images }]);
});

test('statuses are asked for only as far as somebody reads', async () => {
  const deployments = [shipped('staging', 'a'), shipped('staging', 'b')];
  github.plant({ repositories: [{ name: 'octo/shop', deployments }] });

  for await (const _ of connect().history.deploymentsIn('staging')) break;

  expect(github.recorded.map(({ operation }) => operation)).toEqual([
    'repos/list-deployments',
    'repos/list-deployment-statuses',
  ]);
});

test('an environment that nobody deployed to has none', async () => {
  expect(await all(connect().history.deploymentsIn('nowhere'))).toEqual([]);
});

test('without a token it cannot be told, and that is no "no"', async () => {
  await expect(all(connect('').history.deploymentsIn('staging'))).rejects.toMatchObject({
    name: 'TargetError',
    remedy: 'give github-token, with permission deployments: read',
  });
});

test('a refusal names the permission', async () => {
  github.plant({ repositories: [{ name: 'octo/other' }] });
  const { history } = connectGitHub({
    apiUrl: github.url,
    serverUrl: 'https://github.com',
    token: 'ghs_x',
    proxyEnv: {},
    clock: { now: () => Date.now(), sleep: async () => undefined },
    log: {
      info: quiet,
      warn: quiet,
      debug: quiet,
      group: (_, body) => body(),
      untrusted: quiet,
      mask: quiet,
    },
    actor: { repository: 'octo/absent', run: '1', attempt: 1, job: '1', actor: 'ada', sha: '', ref: '' },
  });

  await expect(all(history.deploymentsIn('staging'))).rejects.toThrow(TargetError);
});

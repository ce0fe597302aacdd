import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectGitHub } from '../../../lib/adapters/github/connect.ts';
import type { GitHubOptions } from '../../../lib/adapters/github/connect.ts';
import type { Actor } from '../../../lib/domain/record/types.ts';
import type { Log } from '../../../lib/ports/log.ts';
import { startGitHub } from '../../../sandbox/github/server.ts';
import type { GitHub } from '../../../sandbox/github/server.ts';

const sha = '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79';
const actor: Actor = {
  repository: 'octo/shop',
  run: '77',
  attempt: 1,
  job: '4711',
  actor: 'ada',
  sha,
  ref: 'refs/heads/main',
};
const plan = {
  environment: 'staging',
  task: 'deploy',
  payload: { plan: ['helm'] },
  description: 'shop 1.2',
} as const;
const jobPage = (run: string, job: string): string =>
  `https://github.com/octo/shop/actions/runs/${run}/job/${job}`;

let github: GitHub;
let warnings: string[];
let slept: number;
beforeEach(async () => {
  github = await startGitHub();
  warnings = [];
  slept = 0;
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

const log: Log = {
  info: () => undefined,
  warn: (line) => warnings.push(line),
  debug: () => undefined,
  group: (_, body) => body(),
  untrusted: () => undefined,
  mask: () => undefined,
};

/** Waiting takes no time, but the clock shows it. */
const connect = (options: Partial<GitHubOptions> = {}) =>
  connectGitHub({
    apiUrl: github.url,
    serverUrl: 'https://github.com',
    token: 'ghs_x',
    proxyEnv: {},
    actor,
    log,
    clock: {
      now: () => 1_000 * Math.floor(Date.now() / 1_000) + slept,
      sleep: async (ms) => void (slept += ms),
    },
    ...options,
  });

const seed = (repository: object): void =>
  github.plant({ repositories: [{ name: 'octo/shop', ...repository }] });
const operations = (): string[] => github.recorded.map(({ operation, status }) => `${operation} ${status}`);

test('creates a Deployment of the very commit, with the plan, and sets its outcome', async () => {
  const { deployments } = connect();
  const id = await deployments.begin(plan);
  await deployments.report(id ?? 0, 'success', {
    description: 'x'.repeat(200),
    environment: 'staging',
    environmentUrl: 'https://shop.example',
  });
  expect(warnings).toEqual([]);
  expect(operations()).toEqual([
    'repos/list-deployments 200',
    'repos/create-deployment 201',
    'repos/create-deployment-status 201',
  ]);
  expect(github.recorded[1]?.body).toMatchObject({
    ref: sha,
    environment: 'staging',
    auto_merge: false,
    required_contexts: [],
    payload: { plan: ['helm'] },
  });
  expect(github.recorded[2]?.body).toMatchObject({
    state: 'success',
    log_url: jobPage('77', '4711'),
    auto_inactive: true,
    environment_url: 'https://shop.example',
    description: `${'x'.repeat(139)}…`,
  });
});

test('what is of another commit gets a Deployment of that one, whatever the job has', async () => {
  const commit = 'c'.repeat(40);
  const statuses = [{ state: 'in_progress' as const, logUrl: jobPage('77', '4711') }];
  seed({
    commits: [{ sha: commit, message: 'Cart', author: 'ada' }],
    deployments: [{ ref: 'main', sha, environment: 'staging', statuses }],
  });
  const { deployments } = connect();
  const id = await deployments.begin({ ...plan, commit });
  expect(github.recorded.at(-1)).toMatchObject({
    operation: 'repos/create-deployment',
    body: { ref: commit },
  });
  expect(await deployments.begin({ ...plan, commit })).toBe(id);
  expect(warnings).toEqual([]);
});

test("uses the job's own Deployment of this environment", async () => {
  const statuses = (run: string, job: string) => [
    { state: 'in_progress' as const, logUrl: jobPage(run, job) },
  ];
  seed({
    deployments: [
      { ref: 'main', sha, environment: 'staging', statuses: statuses('77', '4711') },
      { ref: 'main', sha, environment: 'staging', statuses: statuses('77', '47110') },
      { ref: 'main', sha, environment: 'production', statuses: statuses('77', '4711') },
    ],
  });
  const { deployments } = connect();
  const id = await deployments.begin(plan);
  expect(operations()).not.toContain('repos/create-deployment 201');
  expect(github.recorded.at(-1)).toMatchObject({
    operation: 'repos/list-deployment-statuses',
    path: expect.stringContaining(`/${id}/`),
  });

  expect(await connect({ actor: { ...actor, job: '99' } }).deployments.begin(plan)).not.toBe(id);
  expect(operations()).toContain('repos/create-deployment 201');
});

test('a rollback always gets one of its own; asked twice it is the same one', async () => {
  seed({
    deployments: [
      {
        ref: 'main',
        sha,
        environment: 'staging',
        statuses: [{ state: 'in_progress', logUrl: jobPage('77', '4711') }],
      },
    ],
  });
  const { deployments } = connect();
  const first = await deployments.begin({ ...plan, task: 'rollback' });
  expect(operations()).toContain('repos/create-deployment 201');
  expect(await deployments.begin({ ...plan, task: 'rollback' })).toBe(first);
});

test.each([
  [{ kind: 'status', status: 502 }, 'repos/list-deployments'],
  [{ kind: 'status', status: 503 }, 'repos/create-deployment'],
  [{ kind: 'rate-limited', limit: 'secondary', retryAfterSeconds: 2 }, 'repos/create-deployment'],
  [{ kind: 'disconnect', when: 'before' }, 'repos/create-deployment'],
  [{ kind: 'disconnect', when: 'after' }, 'repos/create-deployment'],
] as const)('%j once at %s is got over, and there is one Deployment', async (fault, operation) => {
  github.fail({ operation, fault });
  expect(await connect().deployments.begin(plan)).toBeGreaterThan(0);
  expect(warnings).toEqual([]);
  const created = operations().filter((line) => line.startsWith('repos/create-deployment '));
  expect(created.filter((line) => line.endsWith('201')).length).toBeLessThanOrEqual(1);
});

test.each([
  [{ kind: 'status', status: 401 }, 'github-token is not valid here', 1],
  [{ kind: 'status', status: 403 }, 'the job needs permissions: deployments: write', 1],
  [{ kind: 'status', status: 404 }, '404', 1],
  [{ kind: 'rate-limited', limit: 'primary' }, 'the rate limit of this token is used up', 1],
  [{ kind: 'rate-limited', limit: 'secondary', retryAfterSeconds: 60 }, '429', 1],
] as const)('%j is a warning at once, never an error', async (fault, words, requests) => {
  github.fail({ operation: '*', fault, times: 0 });
  expect(await connect().deployments.begin(plan)).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining(words)]);
  expect(github.recorded).toHaveLength(requests);
});

test('GitHub down: retried for 20 s at most, then a warning', async () => {
  github.fail({ operation: '*', fault: { kind: 'status', status: 500 }, times: 0 });
  await connect().deployments.report(1, 'failure', { description: 'x', environment: 'staging' });
  expect(warnings).toEqual([expect.stringMatching(/could not be set to failure: 500 .*goes on without it/)]);
  expect(github.recorded.length).toBeGreaterThan(3);
  expect(slept).toBeLessThan(20_000);
});

test('after a cancel nothing is repeated', async () => {
  github.fail({ operation: '*', fault: { kind: 'status', status: 500 }, times: 0 });
  await connect({ signal: AbortSignal.abort() }).deployments.begin(plan);
  expect(github.recorded).toHaveLength(1);
});

test('nobody there, no answer in time, not GitHub: a warning each', async () => {
  await connect({ apiUrl: 'http://127.0.0.1:1', budget: 2_000 }).deployments.begin(plan);
  expect(warnings.at(-1)).toContain('127.0.0.1:1 could not be reached: connect ECONNREFUSED');
  github.fail({ operation: '*', fault: { kind: 'slow', milliseconds: 5_000 }, times: 0 });
  await connect({ budget: 100 }).deployments.begin(plan);
  expect(warnings.at(-1)).toContain('no answer in time');
  const portal = await listen(createServer((_, response) => response.end('<html>please log in</html>')));
  await connect({ apiUrl: portal.url }).deployments.begin(plan);
  expect(warnings.at(-1)).toContain("not as GitHub's API");
  portal.server.close();
});

test('without a token nothing is asked, and that is said', async () => {
  const { deployments, jobs } = connect({ token: '' });
  expect(await deployments.begin(plan)).toBeUndefined();
  await deployments.report(1, 'success', { description: '', environment: 'staging' });
  expect(await jobs.finished(actor)).toBe('unknown');
  expect([github.recorded.length, warnings]).toEqual([0, ['no GitHub Deployment: github-token is empty']]);
});

test.each([
  ['a job that runs', {}, 'running'],
  ['a job that has ended', { job: '4712' }, 'finished'],
  ['a job that GitHub does not know', { job: '1' }, 'unknown'],
  ['a job without an id while its run goes on', { job: 'deploy@box' }, 'unknown'],
  ['a job without an id in an attempt that has ended', { run: '76', job: 'deploy@box' }, 'finished'],
  ['a run that GitHub does not know', { run: '1', job: 'deploy@box' }, 'unknown'],
  ['another repository', { repository: 'octo/other' }, 'unknown'],
] as const)('%s %j: %s', async (_, other, answer) => {
  seed({
    runs: [
      { id: 76, status: 'completed', conclusion: 'failure' },
      {
        id: 77,
        status: 'in_progress',
        jobs: [
          { id: 4711, name: 'a' },
          { id: 4712, name: 'b', status: 'completed', conclusion: 'cancelled' },
        ],
      },
    ],
  });
  expect(await connect().jobs.finished({ ...actor, ...other })).toBe(answer);
  expect(warnings).toEqual([]);
});

test('a lock is not taken on a guess: 403 and 500 are unknown', async () => {
  for (const status of [403, 500]) {
    github.fail({ operation: '*', fault: { kind: 'status', status }, times: 0 });
    expect(await connect().jobs.finished(actor)).toBe('unknown');
    github.heal();
  }
});

test('goes through the proxy, and past it for NO_PROXY', async () => {
  const through: string[] = [];
  const proxy = await listen(
    createServer((incoming, outgoing) => {
      through.push(incoming.url ?? '');
      const { method = 'GET', headers } = incoming;
      incoming.pipe(
        request(incoming.url ?? '', { method, headers }, (answer) =>
          answer.pipe(outgoing.writeHead(answer.statusCode ?? 0, answer.headers)),
        ),
      );
    }),
  );
  await connect({ proxyEnv: { HTTP_PROXY: proxy.url } }).jobs.finished(actor);
  expect(through).toEqual([`${github.url}/repos/octo/shop/actions/jobs/4711`]);
  await connect({ proxyEnv: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' } }).jobs.finished(actor);
  expect([through.length, github.recorded.length]).toEqual([1, 2]);
  proxy.server.closeAllConnections();
  proxy.server.close();
});

async function listen(server: Server): Promise<{ server: Server; url: string }> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

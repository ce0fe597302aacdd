import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { operations, organizationOperations } from '../../sandbox/github/operations.ts';
import type { Seed } from '../../sandbox/github/seed.ts';
import { startGitHub } from '../../sandbox/github/server.ts';
import type { GitHub } from '../../sandbox/github/server.ts';

const sha = (name: string): string => name.repeat(40).slice(0, 40);

const seed: Seed = {
  repositories: [
    {
      name: 'octo/shop',
      refs: { main: sha('c'), old: sha('a'), fork: sha('d') },
      commits: [
        { sha: sha('a'), message: 'one' },
        { sha: sha('b'), message: 'two', files: ['a.txt'] },
        { sha: sha('c'), message: 'three', files: ['a.txt', 'b.txt'] },
        { sha: sha('d'), message: 'aside', parent: sha('a') },
      ],
      environments: [
        { name: 'production', reviewers: ['ada'], teams: ['ops'], waitMinutes: 5, branches: 'protected' },
        { name: 'eu/west' },
      ],
      runs: [
        {
          id: 7,
          attempt: 2,
          pending: ['production'],
          approvals: [{ environments: ['eu/west'], state: 'approved', user: 'ada', comment: 'go' }],
          jobs: [
            { id: 70, name: 'deploy', attempt: 1, status: 'completed', conclusion: 'failure' },
            { id: 71, name: 'deploy', attempt: 2 },
          ],
        },
      ],
    },
  ],
};

let github: GitHub;
beforeEach(async () => {
  github = await startGitHub({ seed });
});
afterEach(() => github.close());

interface Reply {
  status: number;
  headers: Headers;
  body: unknown;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const answer = await fetch(`${github.url}${path}`, {
    method,
    headers: { authorization: 'Bearer t', 'user-agent': 'test', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const deployments = '/repos/octo/shop/deployments';

test('every published operation of the extract has a handler, and none has no description', () => {
  const extract = JSON.parse(
    readFileSync(new URL('../../sandbox/github/openapi.json', import.meta.url), 'utf8'),
  ) as { paths: Record<string, Record<string, { operationId: string }>> };
  const published = Object.values(extract.paths).flatMap((one) =>
    Object.values(one).map((it) => it.operationId),
  );
  const handled = Object.keys({ ...operations, ...organizationOperations });
  expect(handled.sort()).toEqual(published.sort());
});

test('a deployment is created, listed, found and carries its statuses', async () => {
  const created = await ask('POST', deployments, {
    ref: 'main',
    environment: 'staging',
    auto_merge: false,
    required_contexts: [],
    payload: { plan: ['apply'] },
  });
  expect(created).toMatchObject({
    status: 201,
    body: {
      id: 1,
      sha: sha('c'),
      environment: 'staging',
      production_environment: false,
      payload: { plan: ['apply'] },
    },
  });
  const url = `${deployments}/1/statuses`;
  expect(await ask('POST', url, { state: 'in_progress' })).toMatchObject({ status: 201 });
  expect(
    await ask('POST', url, {
      state: 'success',
      description: 'r1 ready',
      environment_url: 'https://shop.example',
    }),
  ).toMatchObject({ status: 201, body: { state: 'success', environment_url: 'https://shop.example' } });

  expect(await ask('GET', url)).toMatchObject({ body: [{ state: 'success' }, { state: 'in_progress' }] });
  expect(await ask('GET', `${deployments}?environment=staging`)).toMatchObject({ body: [{ id: 1 }] });
  expect(await ask('GET', `${deployments}?environment=production`)).toMatchObject({ body: [] });
  expect(await ask('GET', `${deployments}/1`)).toMatchObject({ status: 200, body: { id: 1 } });
  expect(await ask('GET', `${deployments}/99`)).toMatchObject({ status: 404 });
  expect(github.violations).toEqual([]);
  expect(github.recorded.map((one) => [one.operation, one.status])).toContainEqual([
    'repos/create-deployment',
    201,
  ]);
});

test.each([
  ['staging', true, ['inactive', 'success']],
  ['staging', false, ['success']],
  ['production', true, ['success']],
])(
  'success in %s with auto_inactive %s leaves the one before at %j',
  async (environment, autoInactive, states) => {
    for (let nth = 0; nth < 2; nth += 1) {
      const { body } = await ask('POST', deployments, { ref: 'main', environment });
      const { id } = body as { id: number };
      await ask('POST', `${deployments}/${id}/statuses`, { state: 'success', auto_inactive: autoInactive });
    }
    const { body } = await ask('GET', `${deployments}/1/statuses`);
    expect((body as { state: string }[]).map((one) => one.state)).toEqual(states);
  },
);

test('refusals that GitHub makes itself', async () => {
  expect(await ask('POST', deployments, { ref: 'nowhere' })).toMatchObject({
    status: 422,
    body: { message: 'No ref found for: nowhere' },
  });
  await ask('POST', deployments, { ref: 'main' });
  expect(
    await ask('POST', `${deployments}/1/statuses`, { state: 'success', description: 'x'.repeat(141) }),
  ).toMatchObject({
    status: 422,
    body: { message: 'Validation Failed', errors: [{ field: 'description' }] },
  });
  expect(await ask('GET', '/repos/octo/other/deployments')).toMatchObject({ status: 404 });
  github.plant({
    repositories: [{ name: 'octo/red', failingContexts: ['ci/test'], behindDefaultBranch: true }],
  });
  const red = '/repos/octo/red/deployments';
  expect(await ask('POST', red, { ref: 'topic' })).toMatchObject({ status: 202 });
  expect(await ask('POST', red, { ref: 'topic', auto_merge: false })).toMatchObject({ status: 409 });
  expect(await ask('POST', red, { ref: 'topic', auto_merge: false, required_contexts: [] })).toMatchObject({
    status: 201,
  });
  expect(github.violations).toEqual([]);
});

test('runs, attempts, jobs, environments, approvals and gates', async () => {
  const run = '/repos/octo/shop/actions/runs/7';
  expect(await ask('GET', run)).toMatchObject({
    body: { run_attempt: 2, status: 'in_progress', conclusion: null },
  });
  expect(await ask('GET', `${run}/attempts/1`)).toMatchObject({
    body: { run_attempt: 1, status: 'completed', conclusion: 'failure' },
  });
  expect(await ask('GET', `${run}/jobs`)).toMatchObject({ body: { total_count: 1, jobs: [{ id: 71 }] } });
  expect(await ask('GET', `${run}/jobs?filter=all`)).toMatchObject({ body: { total_count: 2 } });
  expect(await ask('GET', `${run}/attempts/1/jobs`)).toMatchObject({ body: { jobs: [{ id: 70 }] } });
  expect(await ask('GET', '/repos/octo/shop/actions/jobs/70')).toMatchObject({
    body: { status: 'completed', conclusion: 'failure' },
  });
  expect(await ask('GET', '/repos/octo/shop/actions/jobs/5')).toMatchObject({ status: 404 });
  expect(await ask('GET', '/repos/octo/shop/environments/eu%2Fwest')).toMatchObject({
    body: { name: 'eu/west' },
  });
  const { body: production } = await ask('GET', '/repos/octo/shop/environments/production');
  expect(production).toMatchObject({
    protection_rules: [
      { type: 'wait_timer', wait_timer: 5 },
      { type: 'required_reviewers' },
      { type: 'branch_policy' },
    ],
    deployment_branch_policy: { protected_branches: true },
  });
  expect(await ask('GET', `${run}/approvals`)).toMatchObject({
    body: [{ state: 'approved', user: { login: 'ada' } }],
  });
  expect(await ask('GET', `${run}/pending_deployments`)).toMatchObject({
    body: [{ environment: { name: 'production' }, reviewers: [{ type: 'User' }, { type: 'Team' }] }],
  });
  const decision = {
    environment_ids: [(production as { id: number }).id],
    state: 'approved',
    comment: 'looks good',
  };
  expect(await ask('POST', `${run}/pending_deployments`, decision)).toMatchObject({ status: 200 });
  expect(await ask('GET', `${run}/pending_deployments`)).toMatchObject({ body: [] });
  expect(await ask('GET', `${run}/approvals`)).toMatchObject({ body: [{}, { comment: 'looks good' }] });
  expect(github.violations).toEqual([]);
});

test.each([
  ['old...main', 'ahead', 2, 0, ['a.txt', 'b.txt']],
  ['main...old', 'behind', 0, 2, []],
  ['main...main', 'identical', 0, 0, []],
  ['main...fork', 'diverged', 1, 2, []],
])('compare %s is %s', async (basehead, status, ahead, behind, files) => {
  const { body } = await ask('GET', `/repos/octo/shop/compare/${basehead}`);
  expect(body).toMatchObject({ status, ahead_by: ahead, behind_by: behind });
  expect((body as { files: { filename: string }[] }).files.map((one) => one.filename)).toEqual(files);
  expect(github.violations).toEqual([]);
});

test('a long list is paged by links', async () => {
  for (let nth = 0; nth < 5; nth += 1) await ask('POST', deployments, { ref: 'main' });
  const { body, headers } = await ask('GET', `${deployments}?per_page=2&page=2`);
  expect(body).toMatchObject([{ id: 3 }, { id: 2 }]);
  expect(headers.get('link')).toContain('page=3>; rel="next"');
});

test.each([
  ['unknown body field', 'POST', deployments, { ref: 'main', enviroment: 'x' }, 400, /enviroment/],
  ['missing field', 'POST', deployments, { environment: 'x' }, 400, /'ref'/],
  ['value outside an enum', 'POST', `${deployments}/1/statuses`, { state: 'done' }, 400, /in_progress/],
  ['unknown query', 'GET', `${deployments}?env=x`, undefined, 400, /query env is not published/],
  ['text for a number', 'GET', '/repos/octo/shop/actions/runs/abc', undefined, 400, /run_id must be integer/],
  ['unknown operation', 'DELETE', '/repos/octo/shop', undefined, 404, /no such operation/],
])('%s is refused and remembered', async (_, method, path, body, status, message) => {
  const answer = await ask(method, path, body);
  expect(answer).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
  expect(github.violations).toMatchObject([
    { where: 'request', method, faults: [expect.stringMatching(message)] },
  ]);
});

test('without a token 401, and no violation', async () => {
  expect(await ask('GET', deployments, undefined, { authorization: '' })).toMatchObject({ status: 401 });
  expect(github.violations).toEqual([]);
});

test('the prefix of GitHub Enterprise Server is understood', async () => {
  await ask('POST', `/api/v3${deployments}`, { ref: 'main' });
  const { body } = await ask('GET', `/api/v3${deployments}/1`);
  expect((body as { url: string }).url).toBe(`${github.url}/api/v3${deployments}/1`);
});

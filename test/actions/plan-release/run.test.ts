import { expect, test } from '@jest/globals';
import type { PlanResult } from '../../../actions/plan-release/run.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import { Repository } from './memory.ts';

const [before, head, older] = ['b'.repeat(40), 'c'.repeat(40), 'a'.repeat(40)];

const file = `
modules:
  shared: { paths: libs/** }
  cart: { paths: services/cart/**, depends-on: shared }
  docs: { paths: docs/** }
`;

/** A push to develop that the clone has all of; `more` says what is other. */
function pushed(more: Partial<Repository> = {}): Repository {
  return Object.assign(new Repository(), {
    env: environment('push', 'refs/heads/develop'),
    event: { before, after: head },
    file,
    head,
    tags: ['v1.4.2'],
    commits: { [before]: before, 'refs/tags/v1.4.2': older },
    ...more,
  });
}

const environment = (event: string, ref: string): Record<string, string> => ({
  GITHUB_EVENT_NAME: event,
  GITHUB_REF: ref,
  GITHUB_SHA: head,
  GITHUB_RUN_ID: '7',
  GITHUB_REPOSITORY: 'octo/shop',
});

const names = ({ modules }: PlanResult): string[] => modules.changed.map(({ name }) => name);

async function faultsOf(plan: Promise<PlanResult>): Promise<string> {
  const error = await plan.then(
    ({ reason }) => new Error(`not refused: ${reason}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigurationError)) throw error;
  return error.faults.map(({ input, value, problem }) => `${input} | ${value} | ${problem}`).join('\n');
}

test('a push is compared with the commit before it', async () => {
  const result = await pushed({ changes: { [`${before}..${head}`]: ['libs/a', 'go.mod'] } }).plan();
  expect(result).toMatchObject({
    result: 'success',
    deploy: true,
    modules: { known: 3, outside: ['go.mod'] },
  });
  expect(names(result)).toEqual(['shared', 'cart']);
  expect(result.modules.why).toBe('since the commit before the push (bbbbbbbbbbbb)');
});

test('a push that changed no module is no release', async () => {
  const result = await pushed({ changes: { [`${before}..${head}`]: ['go.mod'] } }).plan();
  expect(result).toMatchObject({
    result: 'skipped',
    deploy: false,
    reason: 'nothing to release: no module changed since the commit before the push (bbbbbbbbbbbb)',
    tags: ['dev-7', `sha-${head}`, 'latest-dev'],
  });
});

test('asked for by name, it is one all the same', async () => {
  expect(await pushed().plan({ environment: 'dev' })).toMatchObject({
    deploy: true,
    modules: { changed: [] },
  });
});

test('a version tag is compared with the release before it, not with its own candidate', async () => {
  const repository = pushed({
    env: environment('push', 'refs/tags/v1.5.0'),
    event: { before: '0'.repeat(40), after: head },
    tags: ['v1.4.2', 'v1.5.0-rc.1', 'v1.5.0'],
    changes: { [`${older}..${head}`]: ['docs/a'] },
  });
  const result = await repository.plan();
  expect(names(result)).toEqual(['docs']);
  expect(result.modules.why).toBe('since v1.4.2, the last release');
});

test('the first release has everything', async () => {
  const result = await pushed({
    env: environment('push', 'refs/tags/v1.0.0'),
    event: {},
    tags: ['v1.0.0'],
  }).plan();
  expect(names(result)).toEqual(['shared', 'cart', 'docs']);
  expect(result.modules.why).toBe('all of them: there is no release before it');
});

test('after a forced push all modules count as changed, and the plan says why', async () => {
  const result = await pushed({ commits: {} }).plan();
  expect(names(result)).toEqual(['shared', 'cart', 'docs']);
  expect(result.modules.why).toBe(
    'all of them: the commit before the push (bbbbbbbbbbbb) is gone: the branch was rewritten',
  );
});

test('a base that is named is the one: a commit, or a branch that only the remote has', async () => {
  const commits = { 'origin/production': older };
  const result = await pushed({ commits, changes: { [`${older}..${head}`]: ['docs/a'] } }).plan({
    base: 'production',
  });
  expect(names(result)).toEqual(['docs']);
  expect(await faultsOf(pushed().plan({ base: 'prodution' }))).toBe(
    'base | "prodution" | is no commit, tag or branch of this repository',
  );
});

const pullRequest = (repo: string): unknown => ({
  pull_request: {
    number: 12,
    head: { ref: 'x', sha: older, repo: { full_name: repo } },
    base: { sha: before },
  },
});

test('a pull request is compared with the first parent of its trial merge', async () => {
  const parent = 'd'.repeat(40);
  const result = await pushed({
    env: environment('pull_request', 'refs/pull/12/merge'),
    event: pullRequest('octo/shop'),
    commits: { [`${head}^1`]: parent, [before]: before, [`${before}...${head}`]: before },
    changes: { [`${parent}..${head}`]: ['docs/a'], [`${before}..${head}`]: ['docs/a', 'libs/of-others'] },
  }).plan();
  expect(result).toMatchObject({ deploy: false, environment: undefined, tags: [] });
  expect(names(result)).toEqual(['docs']);
});

test('its own commit checked out instead: where the two parted', async () => {
  const result = await pushed({
    env: environment('pull_request', 'refs/pull/12/merge'),
    event: pullRequest('eve/shop'),
    head: older,
    commits: { [before]: before, [`${before}...${older}`]: 'e'.repeat(40) },
    changes: { [`${'e'.repeat(40)}..${older}`]: ['docs/a'] },
  }).plan();
  expect(result.reason).toContain('comes from a fork');
  expect(names(result)).toEqual(['docs']);
});

test('pull_request_target has the branch checked out, not the change: it says so and does not call it empty', async () => {
  const plan = pushed({
    env: environment('pull_request_target', 'refs/heads/main'),
    event: pullRequest('octo/shop'),
    commits: { [before]: before, [`${before}...${head}`]: head },
  }).plan();
  expect(await faultsOf(plan)).toContain('the commit of pull request 12 (aaaaaaaaaaaa) is not in this clone');
});

test.each([
  ['the commit before a push', pushed({ shallow: true, commits: {} }), {}],
  ['a named base', pushed({ shallow: true, commits: {} }), { base: 'v1.0.0' }],
  ['the last release', pushed({ shallow: true, event: {}, tags: [] }), {}],
  ['any commit at all', pushed({ head: '' }), {}],
])('without %s in the clone it cannot be told, and the remedy is named', async (_, repository, given) => {
  expect(await faultsOf(repository.plan(given))).toContain(
    'what changed cannot be told: give actions/checkout fetch-depth: 0, or say modules: all',
  );
  expect(names(await repository.plan({ modules: 'all' }))).toEqual(['shared', 'cart', 'docs']);
});

test('modules by name, in the order in which they are built', async () => {
  expect(names(await pushed().plan({ modules: 'cart shared' }))).toEqual(['shared', 'cart']);
  expect(await faultsOf(pushed().plan({ modules: 'crat' }))).toBe(
    'modules | "crat" | is no module; did you mean cart?',
  );
  expect(await faultsOf(pushed({ file: '{}' }).plan({ modules: 'cart' }))).toContain(
    '.github/slipway.yml has none',
  );
});

test.each([
  [
    'a file that was named and is not there',
    { file: 'slipway.yml' },
    pushed(),
    'file | "slipway.yml" | is not there; the path starts',
  ],
  [
    'the same without a checkout',
    { file: 'slipway.yml' },
    pushed({ head: '' }),
    'add actions/checkout before this step',
  ],
  [
    'a fault in the file',
    {},
    pushed({ file: 'enviroments: {}' }),
    '.github/slipway.yml:1 enviroments | unknown key | did you mean environments?',
  ],
])('refused: %s', async (_, given, repository, fault) => {
  expect(await faultsOf(repository.plan(given))).toContain(fault);
});

test('a folder is no file', async () => {
  const repository = pushed();
  repository.unreadable = Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
  expect(await faultsOf(repository.plan({ file: '.github' }))).toBe('file | ".github" | is a folder');
});

test('an event that is no JSON is named', async () => {
  const repository = pushed({ eventText: '<html>' });
  expect(await faultsOf(repository.plan())).toContain(
    'GITHUB_EVENT_PATH | /event.json | the runner writes JSON',
  );
});

const prod = (more: Partial<Repository>): Repository =>
  pushed({ env: environment('workflow_dispatch', 'refs/heads/main'), event: {}, file: '{}', ...more });

test.each([
  [
    'nothing is checked out',
    pushed({ file: undefined, head: '' }),
    {},
    'nothing is checked out, so .github/slipway.yml was not looked for',
  ],
  [
    'another commit is checked out',
    pushed({ file: '{}', head: older }),
    {},
    `the commit that is checked out is ${older}`,
  ],
  [
    'production by a branch',
    prod({}),
    { environment: 'prod' },
    'branch main is no version, so prod gets no tag vX.Y.Z',
  ],
  ['no history', pushed({ file: '{}', shallow: true, tags: [] }), {}, 'the checkout has no history'],
])('a note where %s', async (_, repository, given, note) => {
  expect((await repository.plan(given)).notes.join('\n')).toContain(note);
});

test('and none where all is well', async () => {
  expect((await pushed({ file: '{}' }).plan()).notes).toEqual([]);
  expect((await prod({}).plan({ environment: 'prod', version: '1.5.0' })).notes).toEqual([]);
});

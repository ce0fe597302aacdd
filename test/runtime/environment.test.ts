import { expect, test } from '@jest/globals';
import {
  actorOf,
  debugOf,
  githubOf,
  inputsOf,
  names,
  proxyOf,
  helmRegistryConfig,
} from '../../lib/runtime/environment.ts';

test('inputs by the names that the workflow wrote; values untouched', () => {
  const env = {
    'INPUT_RELEASE-NAME': ' shop ',
    INPUT_VALUES: 'a: 1\n',
    'INPUT_DRY-RUN': '',
    PATH: '/bin',
    INPUT_GONE: undefined,
  };
  expect(inputsOf(env)).toEqual({ 'release-name': ' shop ', values: 'a: 1\n', 'dry-run': '' });
});

const runner = {
  GITHUB_REPOSITORY: 'octo/shop',
  GITHUB_RUN_ID: '7',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_JOB: 'deploy',
  GITHUB_ACTOR: 'ada',
  GITHUB_SHA: 'abc',
  GITHUB_REF: 'refs/heads/main',
  RUNNER_NAME: 'box-1',
};

test.each([
  ['its id', { 'job-id': '4711' }, '4711'],
  ['its name and machine where GitHub gives no id', { 'job-id': '' }, 'deploy@box-1'],
  ['the same without the input', {}, 'deploy@box-1'],
])('a job is known by %s', (_, inputs, job) => {
  expect(actorOf(runner, inputs)).toEqual({
    repository: 'octo/shop',
    run: '7',
    attempt: 2,
    job,
    actor: 'ada',
    sha: 'abc',
    ref: 'refs/heads/main',
  });
});

test('a run by hand has an attempt, too', () => {
  expect(actorOf({}, {})).toMatchObject({ repository: '', attempt: 1 });
});

test.each([
  [{ RUNNER_DEBUG: '1' }, true],
  [{ ACTIONS_STEP_DEBUG: 'true' }, true],
  [{ ACTIONS_STEP_DEBUG: 'false' }, false],
  [{}, false],
])('debugging of %j is %j', (env, on) => {
  expect(debugOf(env)).toBe(on);
});

test('only the proxy settings that are there', () => {
  expect(proxyOf({ HTTPS_PROXY: 'http://p:1', NO_PROXY: '', PATH: '/bin' })).toEqual({
    HTTPS_PROXY: 'http://p:1',
  });
});

test('GitHub is github.com unless the runner says otherwise', () => {
  expect(githubOf({})).toMatchObject({ apiUrl: 'https://api.github.com', serverUrl: 'https://github.com' });
  expect(githubOf({ GITHUB_API_URL: 'https://ghe/api/v3' })).toMatchObject({ apiUrl: 'https://ghe/api/v3' });
});

test.each([
  [{ HELM_REGISTRY_CONFIG: '/r.json', HELM_CONFIG_HOME: '/h' }, '/r.json'],
  [{ HELM_CONFIG_HOME: '/h', XDG_CONFIG_HOME: '/x' }, '/h/registry/config.json'],
  [{ XDG_CONFIG_HOME: '/x', HOME: '/home/ada' }, '/x/helm/registry/config.json'],
  [{ HOME: '/home/ada' }, '/home/ada/.config/helm/registry/config.json'],
])('helm keeps registry logins, with %j, in %s', (env, path) => {
  expect(helmRegistryConfig(env)).toBe(path);
});

test('every name of the catalogue says what it is for', () => {
  expect(Object.entries(names).filter(([, why]) => why.length < 10)).toEqual([]);
});

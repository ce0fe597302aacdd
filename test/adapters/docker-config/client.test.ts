import { lstat, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { userDockerConfig } from '../../../lib/adapters/docker-config/place.ts';
import type { RegistryLogin } from '../../../lib/domain/inputs/registries.ts';
import { home } from './home.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const login = (registry: string, username = 'ada', password = 'from the workflow'): RegistryLogin => ({
  kind: 'password',
  registry,
  username,
  password,
});
const at = (registry: string) => ({ registry, repository: 'team/app' });
const written = async (path: string): Promise<unknown> =>
  JSON.parse(await readFile(join(path, 'config.json'), 'utf8'));

test.each([
  [{ DOCKER_CONFIG: '/d', HOME: '/h' }, '/d'],
  [{ DOCKER_CONFIG: '', HOME: '/h' }, '/h/.docker'],
])('the user’s folder by %j', (env, expected) => {
  expect(userDockerConfig(env)).toBe(expected);
});

test('a user without a docker config: only what the workflow gives, for nobody else to read', async () => {
  await using place = await home();
  const { path, loginFor } = await place.open({ logins: [login('docker.io'), login('ghcr.io')] });

  expect(await written(path)).toEqual({
    auths: {
      'https://index.docker.io/v1/': { auth: base64('ada:from the workflow') },
      'ghcr.io': { auth: base64('ada:from the workflow') },
    },
    credHelpers: {},
  });
  expect((await lstat(path)).mode & 0o777).toBe(0o700);
  expect((await lstat(join(path, 'config.json'))).mode & 0o777).toBe(0o600);
  expect(await loginFor(at('ghcr.io'))).toEqual({ username: 'ada', password: 'from the workflow' });
  expect(await loginFor(at('quay.io'))).toBeUndefined();
  expect(place.masked).toEqual(['from the workflow', 'from the workflow']);
});

test('the workflow’s login wins over all that the user has for the same registry; the rest stays', async () => {
  await using place = await home({
    auths: {
      'https://ghcr.io/v2/': { auth: base64('bob:old') },
      'harbor.example:8443': { auth: base64('bob:kept') },
      'azure.example': { auth: base64('00000000:'), identitytoken: 'refresh me' },
    },
    credHelpers: { 'ghcr.io': 'fake', 'gcr.io': 'fake' },
    proxies: { default: { httpProxy: 'http://proxy.example' } },
    currentContext: 'remote',
    psFormat: 'table',
  });
  const { path, loginFor } = await place.open({ logins: [login('ghcr.io')] });

  expect(await written(path)).toEqual({
    auths: {
      'ghcr.io': { auth: base64('ada:from the workflow') },
      'harbor.example:8443': { auth: base64('bob:kept') },
      'azure.example': { auth: base64('00000000:'), identitytoken: 'refresh me' },
    },
    credHelpers: { 'gcr.io': 'fake' },
    proxies: { default: { httpProxy: 'http://proxy.example' } },
    currentContext: 'remote',
  });
  expect(await loginFor(at('harbor.example:8443'))).toEqual({ username: 'bob', password: 'kept' });
  expect(await loginFor(at('azure.example'))).toMatchObject({ identityToken: 'refresh me' });
  expect(place.masked).toEqual(['from the workflow', 'kept', 'refresh me']);
});

test('a store for everything does not hide the workflow’s login', async () => {
  await using place = await home({ auths: { 'quay.io': {}, 'ghcr.io': {} }, credsStore: 'fake' });
  await place.helper('fake', `echo '{"Username":"kept","Secret":"in the store"}'`);
  const { path, loginFor } = await place.open({ logins: [login('ghcr.io')] });
  expect(await written(path)).toEqual({
    auths: { 'quay.io': {}, 'ghcr.io': { auth: base64('ada:from the workflow') } },
    credHelpers: { 'quay.io': 'fake' },
  });
  expect(await loginFor(at('quay.io'))).toEqual({ username: 'kept', password: 'in the store' });
  expect(place.masked).toContain('in the store');
});

test('without logins of the workflow the store stays as it is', async () => {
  await using place = await home({ credsStore: 'fake' });
  const { path } = await place.open();
  expect(await written(path)).toEqual({ auths: {}, credHelpers: {}, credsStore: 'fake' });
});

test('a helper is asked once for each registry, Docker Hub by its old address', async () => {
  await using place = await home({ credsStore: 'fake' });
  await place.helper('fake', `echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"for $server\\"}"`);
  const { loginFor } = await place.open();
  const logins = await Promise.all([at('docker.io'), at('docker.io'), at('quay.io')].map(loginFor));
  expect(logins.map((each) => each?.identityToken)).toEqual([
    'for https://index.docker.io/v1/',
    'for https://index.docker.io/v1/',
    'for quay.io',
  ]);
  const asked = await readFile(join(place.user, '../asked'), 'utf8');
  expect(asked.trim().split('\n').sort()).toEqual(['get https://index.docker.io/v1/', 'get quay.io']);
});

test('a helper that has nothing: nobody, or whom config.json names', async () => {
  await using place = await home({
    auths: { 'quay.io': { auth: base64('bob:in the file') } },
    credsStore: 'fake',
  });
  await place.helper('fake', 'echo credentials not found in native keychain; exit 1');
  const { loginFor } = await place.open();
  expect(await loginFor(at('ghcr.io'))).toBeUndefined();
  expect(await loginFor(at('quay.io'))).toEqual({ username: 'bob', password: 'in the file' });
});

test.each([
  ['fails', 'echo the key ring is locked; exit 3', 'gave no login for ghcr.io', ['the key ring is locked']],
  ['answers nonsense', 'echo hush', 'answered something else than a login for ghcr.io', []],
])('a helper that %s is named, and its secrets are not', async (_, script, message, lastLines) => {
  await using place = await home({ credHelpers: { 'ghcr.io': 'fake' } });
  await place.helper('fake', script);
  const { loginFor } = await place.open();
  await expect(loginFor(at('ghcr.io'))).rejects.toMatchObject({
    name: 'ToolError',
    message: expect.stringContaining(`docker-credential-fake ${message}`),
    lastLines,
  });
});

test('a helper that waits for ever is ended', async () => {
  await using place = await home({ credHelpers: { 'ghcr.io': 'fake' } });
  const { loginFor } = await place.open({
    spawn: async (_, options) => ({
      status: 'SIGKILL',
      stdout: '',
      stderr: '',
      duration: options?.timeout ?? 0,
      cancelled: false,
      timedOut: true,
    }),
  });
  await expect(loginFor(at('ghcr.io'))).rejects.toMatchObject({
    remedy: 'it did not answer within 30 s: give the login under registries instead',
  });
});

test('a helper that is not installed', async () => {
  await using place = await home({ credsStore: 'desktop' });
  const { loginFor } = await place.open();
  await expect(loginFor(at('ghcr.io'))).rejects.toMatchObject({ name: 'ToolError' });
});

test('ECR: the token is the login, for docker too', async () => {
  await using place = await home();
  const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  const { path, loginFor } = await place.open({
    logins: [{ kind: 'ecr', registry }],
    ecrLogin: async () => ({ username: 'AWS', password: 'token' }),
  });
  expect(await loginFor(at(registry))).toEqual({ username: 'AWS', password: 'token' });
  expect(await written(path)).toMatchObject({ auths: { [registry]: { auth: base64('AWS:token') } } });
  expect(place.masked).toEqual(['token']);
});

test('plugins, contexts and builders stay the user’s, and outlive the private folder', async () => {
  await using place = await home({});
  for (const name of ['cli-plugins', 'buildx', 'trust']) await mkdir(join(place.user, name));
  await writeFile(join(place.user, 'cli-plugins/docker-buildx'), 'a plugin');
  const { path } = await place.open();
  expect((await readdir(path)).sort()).toEqual(['buildx', 'cli-plugins', 'config.json']);
  expect(await readFile(join(path, 'cli-plugins/docker-buildx'), 'utf8')).toBe('a plugin');

  await rm(place.within, { recursive: true, force: true });

  expect(await readFile(join(place.user, 'cli-plugins/docker-buildx'), 'utf8')).toBe('a plugin');
});

test.each(['{"auths": {"ghcr.io": {"auth": "aHVzaA=="', '[]', 'null'])(
  'a config.json that is broken: %s',
  async (text) => {
    await using place = await home(text);
    const opened = place.open();
    await expect(opened).rejects.toMatchObject({ name: 'ConfigurationError' });
    await expect(opened).rejects.not.toThrow('aHVzaA');
  },
);

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ClusterAccess } from '../../../lib/domain/cluster.ts';
import { ConfigurationError } from '../../../lib/domain/errors.ts';
import { credentials } from '../../../lib/adapters/kubernetes/credentials/entry.ts';
import { connectionTo } from '../../../lib/adapters/kubernetes/kubeconfig.ts';
import type { Connection } from '../../../lib/adapters/kubernetes/kubeconfig.ts';
import { jumpingClock } from './api-server.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const configOf = (user: object, cluster: object = {}): string =>
  JSON.stringify({
    'current-context': 'prod',
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://api.test:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  });

const masked: string[] = [];
const clock = jumpingClock();
const open = (access: ClusterAccess): Connection =>
  connectionTo(access, { clock, proxy: {}, mask: (secret) => masked.push(secret) });
const fromText = (user: object, cluster?: object): Connection =>
  open({ kind: 'kubeconfig', text: configOf(user, cluster) });
const data = (text: string): string => Buffer.from(text).toString('base64');

test('inline certificates, server name and namespace', async () => {
  const connection = fromText(
    { 'client-certificate-data': data('CERT'), 'client-key-data': data('KEY') },
    { 'certificate-authority-data': data('CA'), 'tls-server-name': 'api', 'proxy-url': 'http://proxy:1' },
  );
  expect(connection).toMatchObject({
    namespace: 'shop',
    tls: { ca: 'CA', servername: 'api' },
    proxy: new URL('http://proxy:1'),
  });
  expect(await connection.credentials.current()).toEqual({ cert: 'CERT', key: 'KEY' });
  expect(masked).toContain(data('KEY'));
});

test.each([
  ['a token', { token: 'abcd' }, { token: 'abcd' }],
  ['a password', { username: 'ada', password: 'love' }, { basic: 'ada:love' }],
])('%s is masked before its first use', async (_, user, identity) => {
  const connection = fromText(user);
  expect(masked).toContain(Object.values(user).at(-1));
  expect(await connection.credentials.current()).toEqual(identity);
  expect(connection.credentials.refused(identity)).toBe(false);
});

test('certificate checks are only switched off when the kubeconfig says so', () => {
  expect(fromText({}, { 'insecure-skip-tls-verify': true }).tls).toEqual({ rejectUnauthorized: false });
  expect(fromText({}).tls).toEqual({});
});

test('files are found beside the kubeconfig that names them, and several kubeconfigs are merged', async () => {
  write('a/ca.pem', 'CA of a');
  write('b/token', 'token of b\n');
  const contexts = [{ name: 'prod', context: { cluster: 'c', user: 'u' } }];
  const clusters = [
    { name: 'c', cluster: { server: 'https://api.test', 'certificate-authority': 'ca.pem' } },
  ];
  const first = write('a/config', JSON.stringify({ 'current-context': 'prod', contexts, clusters }));
  const second = write('b/config', JSON.stringify({ users: [{ name: 'u', user: { tokenFile: 'token' } }] }));
  const connection = open({ kind: 'file', path: `${first}:${second}` });
  expect(connection.tls.ca).toBe('CA of a');
  expect(await connection.credentials.current()).toEqual({ token: 'token of b' });

  write('b/token', 'rotated');
  expect(connection.credentials.refused({ token: 'token of b' })).toBe(true);
  expect(await connection.credentials.current()).toEqual({ token: 'rotated' });
  expect(connection.credentials.refused({ token: 'rotated' })).toBe(false);
  expect(masked).toEqual(expect.arrayContaining(['token of b', 'rotated']));
});

test.each<[string, () => unknown, RegExp]>([
  [
    'a file that is not there',
    () => fromText({ 'client-certificate': '/not/there' }),
    /cannot be read.*\/not\/there/,
  ],
  ['a KUBECONFIG that is not there', () => open({ kind: 'file', path: '/not/there' }), /cannot be read/],
  ['a socks proxy', () => fromText({}, { 'proxy-url': 'socks5://proxy' }), /proxy-url must be/],
  [
    'an unknown context',
    () => open({ kind: 'kubeconfig', text: configOf({}), context: 'x' }),
    /it has: prod/,
  ],
  ['no pod around us', () => open({ kind: 'in-cluster' }), /names no cluster/],
])('%s is a fault of the configuration', (_, attempt, words) => {
  expect(attempt).toThrow(ConfigurationError);
  expect(attempt).toThrow(words);
});

const plugin = (name: string, body: string): { exec: object } => {
  const command = write(name, `#!/bin/sh\n${body}\n`);
  chmodSync(command, 0o700);
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' } };
};

const execCredential = (status: object): string =>
  JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status });

test('an exec plugin is asked again before its token expires and when the API refuses it', async () => {
  const calls = join(folder, 'calls');
  const expirationTimestamp = new Date(clock.now() + 300_000).toISOString();
  const answer = execCredential({ token: 'TOKEN', expirationTimestamp }).replace('TOKEN', "token-'$n'");
  const counting = `echo "$KUBERNETES_EXEC_INFO" >> ${calls}; n=$(wc -l < ${calls}); printf '%s' '${answer}'`;
  const { credentials } = fromText(plugin('counting', counting));

  const first = await credentials.current();
  expect(first).toEqual({ token: 'token-1', expires: Date.parse(expirationTimestamp) });
  expect(await credentials.current()).toEqual(first);
  expect(masked).toContain('token-1');
  expect(JSON.parse(readFileSync(calls, 'utf8'))).toMatchObject({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { interactive: false },
  });

  expect(credentials.refused(first)).toBe(true);
  expect(await credentials.current()).toMatchObject({ token: 'token-2' });
  await clock.sleep(250_000);
  expect(await credentials.current()).toMatchObject({ token: 'token-3' });
});

test.each<[string, (exec: object) => object]>([
  ['exec', (exec) => ({ exec })],
  ['auth-provider', (exec) => ({ 'auth-provider': { name: 'exec', config: { exec } } })],
])('an exec plugin (%s) sees its own settings and the PATH, and nothing of the step', async (_, userWith) => {
  const seen = join(folder, 'environment');
  const answer = execCredential({ token: 'token-of-plugin' });
  const { exec } = plugin('looking', `env > ${seen}; printf '%s' '${answer}'`);
  const ofTheStep = { 'INPUT_GITHUB-TOKEN': 'ghs_1', STATE_left: '{}', ACTIONS_RUNTIME_TOKEN: 'secret-2' };
  Object.assign(process.env, ofTheStep);
  try {
    const user = userWith({ ...exec, env: [{ name: 'AWS_PROFILE', value: 'prod' }] });
    await credentials(configOf(user), 'prod');
  } finally {
    for (const name of Object.keys(ofTheStep)) delete process.env[name];
  }
  const environment = readFileSync(seen, 'utf8');
  expect(environment).toMatch(/^AWS_PROFILE=prod$/m);
  expect(environment).toMatch(/^PATH=/m);
  expect(environment).toMatch(/^KUBERNETES_EXEC_INFO=/m);
  expect(environment).not.toMatch(/^(INPUT_|STATE_|ACTIONS_RUNTIME_TOKEN)/m);
});

test('an exec plugin may answer with a certificate', async () => {
  const status = { clientCertificateData: 'CERT', clientKeyData: 'KEY' };
  const { credentials } = fromText(plugin('certificate', `printf '%s' '${execCredential(status)}'`));
  expect(await credentials.current()).toEqual({ cert: 'CERT', key: 'KEY' });
});

test('a plugin that fails is quoted, one that is missing is named, and both may work the next time', async () => {
  const { credentials } = fromText(plugin('failing', 'echo "run: aws sso login" >&2; exit 1'));
  await expect(credentials.current()).rejects.toThrow(/failing: run: aws sso login/);
  const missing = fromText({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin' },
  });
  await expect(missing.credentials.current()).rejects.toThrow(/no-such-plugin.*ENOENT/);
});

test('a plugin that hangs is ended with everything it started', async () => {
  const pidFile = join(folder, 'pid');
  const hanging = plugin('hanging', `sleep 60 & echo $! > ${pidFile}; wait`);
  await expect(credentials(configOf(hanging), 'prod', 300)).rejects.toThrow(
    /hanging: no answer within 0.3 s/,
  );
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await expect(until(() => !alive(pid))).resolves.toBeUndefined();
});

/** A process that was killed but not yet reaped is as good as gone. */
function alive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

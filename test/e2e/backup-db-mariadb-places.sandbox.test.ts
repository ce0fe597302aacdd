/** backup-db where a MariaDB lives: in a container of a real Docker engine, and in a pod of the real cluster. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { processStreams } from '../../lib/runtime/process-stream.ts';
import { loadMariaDbImage, pushMariaDbImage, rootPassword } from '../../sandbox/databases/image-mariadb.ts';
import { shopSql } from '../../sandbox/databases/shop-mariadb.ts';
import { startDocker } from '../../sandbox/images/docker.ts';
import type { Docker } from '../../sandbox/images/docker.ts';
import { ensureTools } from '../../sandbox/tools.ts';
import { until } from '../sandbox-parts/running.ts';
import { identityIn, minimalRole } from './support/identity.ts';
import { TestNamespace } from './support/namespace.ts';
import { startStep } from './support/step.ts';
import type { Ending, With } from './support/step.ts';

const run = promisify(execFile);
let home: string;
let path: string;
let recipient: string;
let docker: Docker;
let namespace: TestNamespace;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-backup-places-'));
  recipient = await identityToRecipient(await generateX25519Identity());
  path = `${dirname((await ensureTools(['kubectl'])).kubectl)}:${process.env['PATH'] ?? ''}`;
  namespace = await TestNamespace.open();
  docker = await startDocker();
}, 600_000);
afterAll(async () => {
  await inDocker('rm', '--force', '--volumes', 'shop-db').catch(() => undefined);
  await docker.stop();
  await namespace[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
}, 240_000);

const inDocker = async (...args: string[]): Promise<string> =>
  (await run('docker', args, { env: { ...process.env, DOCKER_HOST: docker.address } })).stdout;

const asAdmin = (): string[] => ['--kubeconfig', namespace.sandbox.kubeconfig, '--namespace', namespace.name];
const kubectl = async (...args: string[]): Promise<string> =>
  (await run('kubectl', [...asAdmin(), ...args], { env: { PATH: path, HOME: home } })).stdout;

/** Fills the shop through a command that brings the client to its server. */
async function fill(prefix: readonly string[]): Promise<void> {
  const sql = async (database: string, text: string): Promise<boolean> => {
    const argv = [
      ...prefix,
      'mariadb',
      '--user=root',
      `--password=${rootPassword}`,
      `--database=${database}`,
    ];
    async function* input(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
    }
    const env = { DOCKER_HOST: docker.address, HOME: home };
    const child = await processStreams({ PATH: path })({ argv, env, input: input() });
    for await (const _ of child.stdout);
    return true;
  };
  await until('the server answers', () => sql('', 'SELECT 1').catch(() => false), 60_000);
  await sql('', 'CREATE DATABASE shop');
  await sql('shop', shopSql({ seed: 16, rows: 20_000 }));
}

const backup = async (inputs: With): Promise<Ending> =>
  (
    await startStep({
      action: 'backup-db',
      inputs: {
        engine: 'mariadb',
        recipients: recipient,
        verify: 'restored',
        database: 'shop',
        ...inputs,
      },
      env: { PATH: path, HOME: home, DOCKER_HOST: docker.address },
      secrets: [],
      commands: '',
    })
  ).ended;

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
const whole = ['dump.sql.zst.age', 'globals.sql.zst.age', 'manifest.restored.json'];

test('in a container: dumped by its own tools, proven in a container beside it', async () => {
  const image = await loadMariaDbImage(docker.address);
  await inDocker('run', '--detach', '--name', 'shop-db', '--network', 'none', image);
  await fill(['docker', 'exec', '--interactive', 'shop-db']);
  const folder = join(home, 'docker');
  const done = await backup({ docker: 'shop-db', destination: `file:${folder}` });
  expect(done.result === 'success' ? '' : done.log).toBe('');
  expect(await filesIn(folder)).toEqual(whole);
  expect(done.summary).toContain('restored, and every table compared');
  expect((await inDocker('ps', '--all', '--format', '{{.Names}}')).trim()).toBe('shop-db');
}, 300_000);

test('in a pod: dumped by its own tools, proven in a pod beside it, with no more than the Role of the README', async () => {
  const image = await pushMariaDbImage(namespace.sandbox.registry);
  const { kubeconfig } = await identityIn(namespace, minimalRole('backup-db'));
  const overrides = { spec: { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false } };
  const flags = ['--restart=Never', '--labels=app=shop-db', `--overrides=${JSON.stringify(overrides)}`];
  await kubectl('run', 'mariadb-0', `--image=${image}`, ...flags);
  await fill(['kubectl', ...asAdmin(), 'exec', '-i', 'mariadb-0', '--']);
  const folder = join(home, 'pod');
  const done = await backup({
    kubernetes: { namespace: namespace.name, selector: 'app=shop-db' },
    kubeconfig,
    destination: `file:${folder}`,
  });
  expect(done.result === 'success' ? '' : done.log).toBe('');
  expect(await filesIn(folder)).toEqual(whole);
  expect(done.log).toContain(`started pod ${namespace.name}/`);
  const pods = async (): Promise<string> => (await kubectl('get', 'pods', '--output=name')).trim();
  await until('the scratch pod is gone', async () => (await pods()) === 'pod/mariadb-0');
}, 300_000);

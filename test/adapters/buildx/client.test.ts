import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { buildxBuilder } from '../../../lib/adapters/buildx/client.ts';
import { CancelledError } from '../../../lib/domain/errors.ts';
import type { Command, Exit } from '../../../lib/ports/process.ts';
import { plainIntent } from '../../domain/build/samples.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-buildx-'));
  await mkdir(join(folder, 'bin'));
  await program('bin/docker-buildx');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(path: string): Promise<void> {
  await writeFile(join(folder, path), '');
  await chmod(join(folder, path), 0o755);
}

/** What buildx answers to its first word; `undefined`: it succeeds and says nothing. */
type Answers = Readonly<Record<string, Partial<Exit> | undefined>>;

const inspected = (name: string, driver: string): Partial<Exit> => ({
  stdout: `Name:          ${name}\nDriver:        ${driver}\n\nNodes:\nName:             ${name}0\n`,
});

function builderOf(answers: Answers, more: { inUse?: string; buildkitHost?: string; path?: string } = {}) {
  const asked: Command[] = [];
  const written = new Map<string, string>();
  const builder = buildxBuilder({
    spawn: async (command) => {
      asked.push(command);
      const words = command.argv.slice(1);
      const answer = answers[words.join(' ')] ?? answers[words[0] ?? ''];
      return { status: 0, stdout: '', stderr: '', duration: 1, cancelled: false, timedOut: false, ...answer };
    },
    files: {
      writePrivate: async (name, text) => {
        written.set(name, text);
        return `/private/${name}`;
      },
      read: async () => undefined,
    },
    folder: '/private',
    workspace: '/work',
    path: more.path ?? join(folder, 'bin'),
    userConfig: join(folder, 'docker'),
    buildxConfig: '',
    dockerConfig: '/private/docker-config',
    inUse: more.inUse ?? '',
    buildkitHost: more.buildkitHost ?? '',
    ownName: 'slipway-1',
    runtimeToken: 'runner-token',
  });
  const made: string[] = [];
  const prepare = (name?: string, push = true) =>
    builder.prepare(name, { push }, { willMake: (each) => void made.push(each) });
  const words = (): string[] => asked.map(({ argv }) => argv.slice(1).join(' '));
  return { builder, prepare, asked, words, made, written };
}

const version = { stdout: 'github.com/docker/buildx v0.38.1 abc' };

test('the plugin is started by itself, for a private DOCKER_CONFIG would hide it; the version is said', async () => {
  await mkdir(join(folder, 'docker', 'cli-plugins'), { recursive: true });
  await program('docker/cli-plugins/docker-buildx');
  const { builder } = builderOf({ version });
  expect(await builder.tool()).toEqual({
    program: join(folder, 'docker/cli-plugins/docker-buildx'),
    version: '0.38.1',
  });
});

test.each([
  ['none at all', { path: '/nowhere' }, {}, 'buildx is not here'],
  ['too old', {}, { version: { stdout: 'github.com/docker/buildx v0.9.1 x' } }, 'buildx 0.9.1 is too old'],
  ['broken', {}, { version: { status: 127, stderr: 'exec format error' } }, 'does not work'],
])('%s: the remedy', async (_, options, answers, message) => {
  await expect(builderOf(answers, options).builder.tool()).rejects.toMatchObject({
    message: expect.stringContaining(message),
    remedy: expect.stringContaining('docker/setup-buildx-action'),
  });
});

test('built from source says 0.0.0, and is believed to be new', async () => {
  const { builder } = builderOf({ version: { stdout: 'github.com/docker/buildx 0.0.0+unknown' } });
  expect((await builder.tool()).version).toBe('0.0.0+unknown');
});

test('the builder in use, if it can push by digest', async () => {
  const { prepare, made, asked } = builderOf({ version, inspect: inspected('mine', 'docker-container') });
  expect(await prepare()).toEqual({ name: 'mine', driver: 'docker-container', ours: false });
  expect(made).toEqual([]);
  expect(asked.at(-1)?.env).toMatchObject({
    DOCKER_CONFIG: '/private/docker-config',
    BUILDX_CONFIG: join(folder, 'docker', 'buildx'),
  });
});

test('what setup-buildx-action put in use is named, for our buildx does not see its variable', async () => {
  const { prepare, words, asked } = builderOf(
    { version, inspect: inspected('set-up', 'remote') },
    { inUse: 'set-up' },
  );
  await prepare();
  expect(words()).toContain('inspect set-up');
  expect(asked.at(-1)?.env).toHaveProperty('BUILDX_BUILDER', undefined);
});

test("the engine's own cannot push by digest: one is made, told before it is there, in a configuration of its own", async () => {
  const { prepare, made, words, asked } = builderOf({ version, inspect: inspected('default', 'docker') });
  expect(await prepare()).toEqual({ name: 'slipway-1', driver: 'docker-container', ours: true });
  expect(made).toEqual(['slipway-1']);
  expect(words().slice(-2)).toEqual([
    'create --name slipway-1 --driver docker-container',
    'inspect slipway-1 --bootstrap',
  ]);
  expect(asked.at(-1)?.env).toMatchObject({ BUILDX_CONFIG: '/private/buildx' });
});

test('nothing to push: the engine will do', async () => {
  const { prepare } = builderOf({ version, inspect: inspected('default', 'docker') });
  expect(await prepare(undefined, false)).toMatchObject({ name: 'default', ours: false });
});

test('BUILDKIT_HOST, unless a builder is in use', async () => {
  const host = { buildkitHost: 'tcp://build:1234' };
  const { prepare, words } = builderOf({ version, inspect: inspected('slipway-1', 'remote') }, host);
  expect(await prepare()).toEqual({ name: 'slipway-1', driver: 'remote', ours: true });
  expect(words()).toContain('create --name slipway-1 --driver remote tcp://build:1234');

  const both = builderOf({ version, inspect: inspected('set-up', 'remote') }, { ...host, inUse: 'set-up' });
  expect(await both.prepare()).toMatchObject({ name: 'set-up', ours: false });
});

test.each([
  [
    'a name that nobody has',
    { inspect: { status: 1, stderr: 'ERROR: no builder "mine" found' } },
    'there is no builder mine',
  ],
  ['one that cannot push by digest', { inspect: inspected('mine', 'docker') }, 'cannot push by digest'],
])('%s', async (_, answers, message) => {
  await expect(builderOf({ version, ...answers }).prepare('mine')).rejects.toThrow(message);
});

test.each([
  [
    'no engine',
    '',
    { create: { status: 1, stderr: 'ERROR: Cannot connect to the Docker daemon' } },
    'no builder could be made',
  ],
  [
    'a BuildKit that is down',
    'tcp://build:1234',
    { inspect: { stdout: 'Name:   slipway-1\nDriver: remote\nNodes:\nError:  connection refused\n' } },
    'the BuildKit at tcp://build:1234 (BUILDKIT_HOST) does not answer',
  ],
])('%s', async (_, buildkitHost, answers, message) => {
  const failing = { inspect: { status: 1 }, ...answers };
  await expect(builderOf({ version, ...failing }, { buildkitHost }).prepare()).rejects.toThrow(message);
});

const order = { intent: plainIntent, push: undefined, loadAs: [], sourceDate: 1_767_323_045 };
const mine = { name: 'mine', driver: 'remote', ours: false };

test('secrets go through files of this step, the date of the commit through the environment', async () => {
  const { builder, asked, written } = builderOf({ version });
  const secrets = [{ id: 'npm', from: { kind: 'value', value: 'hush-hush' } }] as const;
  await builder.build({ ...order, intent: { ...plainIntent, secrets } }, mine);
  expect([...written]).toContainEqual(['build-secret-0', 'hush-hush']);
  expect(JSON.stringify(asked)).not.toContain('hush-hush');
  expect(asked.at(-1)?.env).toMatchObject({
    SOURCE_DATE_EPOCH: '1767323045',
    BUILDX_METADATA_PROVENANCE: 'disabled',
  });
});

test('cancelled is cancelled, whatever it complained of', async () => {
  const { builder } = builderOf({
    version,
    build: { status: 1, cancelled: true, stderr: 'ERROR: context canceled' },
  });
  await expect(builder.build(order, mine)).rejects.toThrow(CancelledError);
});

test('taken away: gone already is as good, in its way is not', async () => {
  await expect(builderOf({ version }).builder.remove('slipway-1')).resolves.toBeUndefined();
  const gone = { status: 1, stderr: 'ERROR: no builder "slipway-1" found' };
  await expect(builderOf({ version, rm: gone }).builder.remove('slipway-1')).resolves.toBeUndefined();
  const stuck = { status: 1, stderr: 'ERROR: permission denied' };
  await expect(builderOf({ version, rm: stuck }).builder.remove('slipway-1')).rejects.toThrow(
    'could not be removed',
  );
});

test.each([
  [{ cacheTo: ['type=gha,mode=max'] }, 'runner-token'],
  [{ cacheFrom: ['type=registry,ref=a/b', 'type=gha'] }, 'runner-token'],
  [{ cacheFrom: ['type=registry,ref=a/gha'] }, undefined],
  [{}, undefined],
])("the runner's token is for its cache alone: %j", async (caches, token) => {
  const { builder, asked } = builderOf({ version });
  const order = { intent: { ...plainIntent, ...caches }, push: undefined, loadAs: [], sourceDate: undefined };
  await builder.build(order, { name: 'mine', driver: 'remote', ours: false });
  expect(asked.at(-1)?.env?.['ACTIONS_RUNTIME_TOKEN']).toBe(token);
});

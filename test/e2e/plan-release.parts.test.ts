/** The action as a step: real repositories, a real registry, the runner's environment. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import type { Registry } from '../../sandbox/images/distribution.ts';
import { pushImage, repository, storeOf } from '../adapters/registry/stored.ts';
import { runAction } from '../support/runner.ts';
import type { Ended } from '../support/runner.ts';
import { complete, entryOf, outputNamesOf } from './support/step.ts';

const root = mkdtempSync(join(tmpdir(), 'slipway-plan-'));
const shop = join(root, 'shop');
const user = { ada: 'correct-horse-battery' };
let registry: Registry;
let [first, second] = ['', ''];

const git = (folder: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
    encoding: 'utf8',
  }).trim();

async function commit(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(shop, path)), { recursive: true });
    await writeFile(join(shop, path), text);
  }
  git(shop, 'add', '--all');
  git(shop, 'commit', '--quiet', '--message', 'x');
  return git(shop, 'rev-parse', 'HEAD');
}

const file = `
environments:
  dev: { namespace: shop-dev }
  prod: { targets: [eu-west-1, us-east-1], updates: ^1.4 }
modules:
  shared: { paths: libs/** }
  cart: { paths: services/cart/**, depends-on: shared }
`;

beforeAll(async () => {
  registry = await startDistribution({ users: user });
  git(root, 'init', '--quiet', '--initial-branch', 'develop', shop);
  first = await commit({ '.github/slipway.yml': file, 'services/cart/main.go': '1' });
  git(shop, 'tag', '--annotate', '--message', 'x', 'v1.4.2');
  second = await commit({ 'libs/a.go': '1' });
}, 600_000);
afterAll(async () => {
  await registry.stop();
  rmSync(root, { recursive: true, force: true });
});

interface Run {
  readonly ref: string;
  readonly event?: string;
  readonly payload?: unknown;
  readonly folder?: string;
  readonly given?: Readonly<Record<string, string>>;
}

async function plan({ ref, event = 'push', payload = {}, folder = shop, given = {} }: Run): Promise<Ended> {
  const path = join(root, 'event.json');
  writeFileSync(path, JSON.stringify(payload));
  const ended = await runAction({
    entry: entryOf('plan-release'),
    cwd: root,
    inputs: await complete('plan-release', given),
    env: {
      GITHUB_WORKSPACE: folder,
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: path,
      GITHUB_REF: ref,
      GITHUB_SHA: second,
      DOCKER_CONFIG: join(root, 'no-docker-config'),
    },
  });
  await rm(ended.temp, { recursive: true, force: true });
  return ended;
}

test('a push: what goes where, every output that is declared, nothing asked of anybody', async () => {
  const { outputs, exit, summary } = await plan({
    ref: 'refs/heads/develop',
    payload: { before: first, after: second },
  });
  expect(exit).toBe(0);
  expect(Object.keys(outputs).sort()).toEqual(await outputNamesOf('plan-release'));
  expect(outputs).toMatchObject({
    result: 'success',
    environment: 'dev',
    tags: `dev-1001\nsha-${second}\nlatest-dev`,
    version: '1.4.3-dev.1001',
    'changed-modules': '["shared","cart"]',
  });
  expect(summary).toContain('| `cart` | depends on shared |');
});

test('a version tag in a clone of its own', async () => {
  const folder = join(root, 'release');
  git(shop, 'tag', '--force', 'v1.5.0', second);
  git(root, 'clone', '--quiet', `file://${shop}`, folder);
  const { outputs } = await plan({ ref: 'refs/tags/v1.5.0', folder });
  expect(outputs).toMatchObject({
    tag: 'v1.5.0',
    'is-production': 'true',
    'changed-modules': '["shared","cart"]',
  });
  expect(JSON.parse(outputs['waves'] ?? '')).toHaveLength(2);
});

test('a clone that is too shallow says what to do, instead of guessing', async () => {
  const folder = join(root, 'shallow');
  git(root, 'clone', '--quiet', '--depth', '1', `file://${shop}`, folder);
  const { outputs, exit, shown } = await plan({
    ref: 'refs/heads/develop',
    payload: { before: first },
    folder,
  });
  expect(exit).toBe(1);
  expect(outputs['result']).toBe('failure');
  expect(shown).toContain('give actions/checkout fetch-depth: 0, or say modules: all');
});

test('nothing to release is green, and says why', async () => {
  const { outputs, exit } = await plan({ ref: 'refs/heads/feature/x', payload: { before: first } });
  expect({ exit, ...outputs }).toMatchObject({
    exit: 0,
    result: 'skipped',
    deploy: 'false',
    environment: '',
  });
});

test('a schedule: something newer in a registry that wants to know who asks', async () => {
  const images = storeOf({ loginFor: async () => ({ username: 'ada', password: user.ada }) });
  const app = repository(registry.address, 'charts/shop');
  const { manifest: old } = await pushImage(images, app, '1.4.2');
  const { manifest: newer } = await pushImage(images, app, '1.5.0');
  await pushImage(images, app, '2.0.0');
  const registries = JSON.stringify([{ registry: registry.address, username: 'ada', password: user.ada }]);
  const given = { environment: 'prod', chart: `oci://${registry.address}/charts/shop`, registries };
  const look = (more: Record<string, string>): Promise<Ended> =>
    plan({ ref: 'refs/heads/develop', event: 'schedule', given: { ...given, ...more } });

  const found = await look({ running: '1.4.2' });
  expect(found.outputs).toMatchObject({
    deploy: 'true',
    version: '1.5.0',
    tag: '1.5.0',
    digest: newer.digest,
  });
  expect(found.raw.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain(user.ada);

  expect((await look({ running: old.digest })).outputs).toMatchObject({ deploy: 'true', version: '1.5.0' });
  expect((await look({ running: newer.digest })).outputs).toMatchObject({
    result: 'skipped',
    deploy: 'false',
  });

  const stranger = await look({ running: '1.4.2', registries: '' });
  expect(stranger).toMatchObject({ exit: 1, outputs: { result: 'failure' } });
  const nowhere = await look({ running: '1.4.2', chart: `oci://${registry.address}/charts/shap` });
  expect(nowhere).toMatchObject({ exit: 1, outputs: { reason: 'there is no such repository' } });
});

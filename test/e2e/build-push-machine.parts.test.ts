import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startBuildkit } from '../../sandbox/images/buildkit.ts';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import { startDocker } from '../../sandbox/images/docker.ts';
import { allGone, descendants } from '../support/process-tree.ts';
import { startJob } from '../support/runner.ts';
import { complete, entryOf } from './support/step.ts';
import { Checkout, openYard } from './support/yard.ts';
import type { YardParts } from './support/yard.ts';

let yard: YardParts;
beforeAll(async () => {
  yard = await openYard();
}, 600_000);
afterAll(() => yard.stop());

/** Here its image cannot be pulled: what can be seen is that one is made, that the error says why, and that it goes. */
test('no builder at all: one is made in a container, and what could not be started is taken away', async () => {
  await using docker = await startDocker();
  await using shop = await Checkout.of(yard, 'container');
  await shop.shop();
  const env = { DOCKER_HOST: docker.address, BUILDKIT_HOST: '' };
  const ended = await shop.build({ tags: 'v1.4.2' }, { env });
  expect(ended).toMatchObject({ result: 'failure', reason: 'no builder could be made', post: { exit: 0 } });
  expect(ended.log).toContain('pulling image moby/buildkit');
  expect(ended.post.log).toMatch(/the builder slipway-\S+ is removed/);
  expect(await shop.tags()).toEqual([]);
});

const asked = (socketPath: string, path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });

test('load: the engine of this machine has it under its tag, too', async () => {
  await using docker = await startDocker();
  await using shop = await Checkout.of(yard, 'loaded');
  await shop.shop();
  const built = await shop.build({ tags: 'v1.4.2', load: true }, { env: { DOCKER_HOST: docker.address } });
  expect(built).toMatchObject({ result: 'success', outputs: { tags: 'v1.4.2' } });
  const name = encodeURIComponent(`${shop.image}:v1.4.2`);
  expect(await asked(docker.address.replace('unix://', ''), `/images/${name}/json`)).toBe(200);
});

test("the engine's own builder cannot push by digest: said when it is named", async () => {
  await using docker = await startDocker();
  await using shop = await Checkout.of(yard, 'engine');
  await shop.shop();
  const env = { DOCKER_HOST: docker.address, BUILDKIT_HOST: '' };
  const named = await shop.build({ tags: 'v1.4.2', builder: 'default' }, { env });
  expect(named).toMatchObject({
    result: 'failure',
    reason: expect.stringContaining('cannot push by digest'),
  });
  expect(await shop.tags()).toEqual([]);
});

test('main is killed alone: what it left at work ends, and post takes its builder away', async () => {
  await using shop = await Checkout.of(yard, 'orphaned');
  await shop.shop('RUN echo orphaned && sleep 60');
  await using job = await startJob();
  const running = job.start({
    entry: entryOf('build-push'),
    inputs: await complete('build-push', { images: shop.image, tags: 'v1.4.2' }),
    env: shop.env(),
  });
  await running.until((line) => line.includes('[3/3] RUN echo orphaned'));
  const children = descendants(running.pid);
  expect(children).not.toEqual([]);

  process.kill(running.pid, 'SIGKILL');
  const post = await (await running.ended).post();

  expect(post.shown).toMatch(/the builder slipway-\S+ is removed/);
  await allGone(children);
  expect(post.exit).toBe(0);
  expect(await shop.tags()).toEqual([]);
  const left = await readdir(job.temp, { withFileTypes: true });
  expect(left.filter(({ name }) => name.startsWith('slipway-build-push'))).toEqual([]);
});

test('layers come from a cache in the registry, on a builder that has none', async () => {
  await using shop = await Checkout.of(yard, 'cached');
  await shop.shop('RUN echo ran-cached > /cached && echo ran-cached');
  const cache = `type=registry,ref=${shop.image}-cache`;
  const first = await shop.build({ tags: 'one', 'cache-to': `${cache},mode=max` });
  expect(first.log).toMatch(/^#\d+ [\d.]+ ran-cached/m);
  await using other = await startBuildkit();
  const second = await shop.build(
    { tags: 'two', 'cache-from': cache },
    { env: { BUILDKIT_HOST: other.address } },
  );
  expect(second).toMatchObject({ result: 'success' });
  expect(second.log).not.toMatch(/^#\d+ [\d.]+ ran-cached/m);
});

test.each([true, false])('files beside the image, pushed: %s', async (push) => {
  await using shop = await Checkout.of(yard, `files-${push}`);
  await shop.shop();
  const built = await shop.build({
    push,
    tags: push ? 'v1' : '',
    images: push ? shop.image : '',
    outputs: 'type=local,dest=out',
  });
  if (built.result !== 'success') throw new Error(built.log);
  expect(await shop.read('out/app')).toBe('one');
  expect(await shop.tags()).toEqual(push ? ['v1'] : []);
});

test('an earlier docker login is honoured, and stays as it was', async () => {
  const password = 'petunia-6612';
  await using guarded = await startDistribution({ users: { ada: password } });
  await using shop = await Checkout.of(yard, 'logged-in');
  await shop.shop();
  const auth = Buffer.from(`ada:${password}`).toString('base64');
  const config = JSON.stringify({ auths: { [guarded.address]: { auth } } });
  await mkdir(join(shop.home, '.docker'));
  await writeFile(join(shop.home, '.docker/config.json'), config);
  const images = `${guarded.address}/team/shop`;
  const built = await shop.build({ images, tags: 'v1.4.2' }, { secrets: [password] });
  expect(built).toMatchObject({ result: 'success', outputs: { tags: 'v1.4.2' } });
  expect(await readFile(join(shop.home, '.docker/config.json'), 'utf8')).toBe(config);
  expect(await readdir(join(shop.home, '.docker'))).toEqual(['config.json']);
});

/** A disk of this size that nobody else writes to. */
async function smallDisk(size: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'slipway-disk-'));
  const run = promisify(execFile);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'slipway', path]);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await run('umount', ['--lazy', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

test('no space left when buildx wants to say what it made: red, and nothing is tagged', async () => {
  await using shop = await Checkout.of(yard, 'full');
  await using disk = await smallDisk('256k');
  await shop.shop('RUN echo full && sleep 3');
  await using job = await startJob();
  const running = job.start({
    entry: entryOf('build-push'),
    inputs: await complete('build-push', { images: shop.image, tags: 'v1.4.2' }),
    env: { ...shop.env(), RUNNER_TEMP: disk.path },
  });
  await running.until((line) => line.includes('[3/3] RUN echo full'));
  await writeFile(join(disk.path, 'full'), Buffer.alloc(1024 * 1024)).catch(() => undefined);

  const ended = await running.ended;
  const post = await ended.post();

  expect([ended.exit, post.exit]).toEqual([1, 0]);
  expect(ended.shown).toContain('no space left');
  expect(await shop.tags()).toEqual([]);
  const left = await readdir(disk.path, { withFileTypes: true });
  expect(left.filter((entry) => entry.isDirectory())).toEqual([]);
});

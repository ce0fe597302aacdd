import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startBuildkit } from '../../sandbox/images/buildkit.ts';
import { startDocker } from '../../sandbox/images/docker.ts';
import { leftOf } from './images.ts';
import { toolPath } from './tools.ts';

/** What the engine answers, over its socket. */
const ask = (address: string, path: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const socketPath = new URL(address).pathname;
    get({ socketPath, path }, (answer) => resolve(json(answer))).on('error', reject);
  });

/** Where an engine writes whatever it is told. */
const elsewhere = (): string[] => ['/etc/docker', '/run/docker'].filter((path) => existsSync(path));

test('a Docker engine takes what a build loads, and leaves nothing', async () => {
  const before = elsewhere();
  const context = await mkdtemp(join(tmpdir(), 'slipway-docker-test-'));
  const docker = await startDocker();
  try {
    await using buildkit = await startBuildkit();
    await writeFile(join(context, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
    const env = { ...process.env, ...buildkit.environment, DOCKER_HOST: docker.address };
    const args = ['build', '--load', '--tag', 'shop/app:1', context];
    await promisify(execFile)(await toolPath('buildx'), args, { env });
    expect(await ask(docker.address, '/images/json')).toMatchObject([{ RepoTags: ['shop/app:1'] }]);
    expect(leftOf(docker.directory).length).toBeGreaterThan(2);
  } finally {
    await docker.stop();
    await rm(context, { recursive: true });
  }
  expect(leftOf(docker.directory)).toEqual([]);
  expect(elsewhere()).toEqual(before);
}, 600_000);

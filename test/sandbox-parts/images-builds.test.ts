import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { machinePlatform, pushBase } from '../../sandbox/images/base.ts';
import type { Base } from '../../sandbox/images/base.ts';
import { startBuildkit } from '../../sandbox/images/buildkit.ts';
import type { Buildkit } from '../../sandbox/images/buildkit.ts';
import { startCraneRegistry } from '../../sandbox/images/crane-registry.ts';
import { startTokenServer } from '../../sandbox/images/token-server.ts';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import type { Registry } from '../../sandbox/images/distribution.ts';
import { ensureTools } from '../../sandbox/tools.ts';
import { commands, killStarter, leftOf } from './images.ts';

let buildx: string;
let folder: string;
let buildkit: Buildkit;
/** One of each kind. */
let registries: Registry[];
let base: Base;

beforeAll(async () => {
  ({ buildx } = await ensureTools(['buildx', 'buildkitd', 'registry']));
  folder = await mkdtemp(join(tmpdir(), 'slipway-builds-test-'));
  await mkdir(join(folder, '.docker'));
  registries = await Promise.all([startDistribution(), startCraneRegistry()]);
  base = await pushBase({
    registry: registries[0]?.address ?? '',
    platforms: ['linux/amd64', 'linux/arm64'],
  });
  buildkit = await startBuildkit();
}, 900_000);
afterAll(async () => {
  await Promise.all([buildkit, ...(registries ?? [])].map((part) => part?.stop()));
  await rm(folder, { recursive: true, force: true });
});

/** What buildx says of a build with that Dockerfile, and how it ended. */
async function build(dockerfile: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  const context = await mkdtemp(join(folder, 'context-'));
  await writeFile(join(context, 'Dockerfile'), dockerfile);
  await writeFile(join(context, 'app'), 'the app');
  const child = spawn(buildx, ['build', '--progress=plain', ...args, context], {
    env: { ...process.env, ...buildkit.environment, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  const code = await new Promise<number | null>((resolve) => void child.once('close', resolve));
  return { code, said };
}

interface Manifest {
  mediaType: string;
  config?: { digest: string };
  manifests?: { digest: string; platform: { architecture: string } }[];
}

async function read<T>(address: string, path: string): Promise<T> {
  const accept = ['index', 'manifest'].map((kind) => `application/vnd.oci.image.${kind}.v1+json`).join(', ');
  const answer = await fetch(`http://${address}/v2/${path}`, { headers: { accept } });
  return (await answer.json()) as T;
}

test.each([0, 1])('a build with a RUN is pushed, to registry %i', async (which) => {
  const address = registries[which]?.address ?? '';
  const dockerfile = `FROM ${base.pinned}\nRUN echo "built in $(busybox pwd)" > /proof && cat /proof\nLABEL a=b\n`;
  const tag = ['--tag', `${address}/team/app:1`, '--push', '--provenance=false'];
  const { code, said } = await build(dockerfile, ...tag);
  expect({ code, said }).toMatchObject({ code: 0, said: expect.stringMatching(/built in \/|CACHED/) });
  const manifest = await read<Manifest>(address, 'team/app/manifests/1');
  const config = await read<object>(address, `team/app/blobs/${manifest.config?.digest}`);
  expect(config).toMatchObject({
    architecture: machinePlatform.split('/')[1],
    config: { Labels: { a: 'b' } },
  });
  expect((await build(dockerfile, ...tag)).said).toContain('CACHED');
});

test.each(['Basic authentication', 'tokens'])('a push with %s', async (how) => {
  const users = { ada: 'secret' };
  await using tokens = await startTokenServer({ users });
  await using registry = await startDistribution(how === 'tokens' ? { tokenServer: tokens } : { users });
  const args = ['--push', '--tag', `${registry.address}/team/app:1`];
  expect(await build('FROM scratch\nCOPY app /\n', ...args)).toMatchObject({ code: 1 });
  const auth = Buffer.from('ada:secret').toString('base64');
  await writeFile(
    join(folder, '.docker', 'config.json'),
    JSON.stringify({ auths: { [registry.address]: { auth } } }),
  );
  expect(await build('FROM scratch\nCOPY app /\n', ...args)).toMatchObject({ code: 0 });
  await rm(join(folder, '.docker', 'config.json'));
  expect(tokens.asked.some(({ user }) => user === 'ada')).toBe(how === 'tokens');
});

test('two platforms, of which one cannot run here, make an index', async () => {
  const address = registries[0]?.address ?? '';
  const { code } = await build(
    `FROM ${base.pinned}\nCOPY app /app\n`,
    '--platform=linux/amd64,linux/arm64',
    `--tag=${address}/team/both:1`,
    '--push',
    '--provenance=false',
  );
  expect(code).toBe(0);
  const index = await read<Manifest>(address, 'team/both/manifests/1');
  expect(index.manifests?.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64']);
});

test('beyond loopback there is no registry for it, and it says so at once', async () => {
  const { code, said } = await build('FROM docker.io/library/busybox:1\nRUN true\n');
  expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining('proxyconnect tcp') });
});

test('what RUN starts has a loopback of its own, and no other network', async () => {
  const links = 'busybox ip -oneline link | busybox wc -l';
  const echo = `busybox nc -l -p ${new URL(`http://${base.ref}`).port} -e busybox echo own & busybox sleep 0.3`;
  const ask = `busybox nc ${base.ref.split('/')[0]?.replace(':', ' ')}`;
  const { said } = await build(`FROM ${base.pinned}\nRUN echo "links: $(${links})"; ${echo}; ${ask}\n`);
  expect(said).toMatch(/links: 1\n(.*\n)*?.* own\n/);
});

test('stopped, it leaves nothing, whatever it had built', async () => {
  await using other = await startBuildkit();
  const before = buildkit;
  buildkit = other;
  const { code } = await build(`FROM ${base.pinned}\nRUN true\n`);
  buildkit = before;
  expect(code).toBe(0);
  expect(leftOf(other.directory).length).toBeGreaterThan(3);
  await other.stop();
  expect(leftOf(other.directory)).toEqual([]);
});

test('killed with its starter in the middle of a RUN, it leaves nothing', async () => {
  const sleeping = `busybox sleep ${1e6 + process.pid}`;
  const context = await mkdtemp(join(folder, 'context-'));
  await writeFile(join(context, 'Dockerfile'), `FROM ${base.pinned}\nRUN ${sleeping}\n`);
  const running = (): boolean => commands().some((command) => command === sleeping);
  await killStarter(
    `import { execFile } from 'node:child_process';
     import { startBuildkit } from '../../../sandbox/images/buildkit.ts';
     const { directory, environment } = await startBuildkit();
     execFile(${JSON.stringify(buildx)}, ['build', ${JSON.stringify(context)}], { env: { ...process.env, ...environment } });
     console.log(directory);`,
    running,
  );
  expect(running()).toBe(false);
});

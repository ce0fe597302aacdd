import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pushBase } from '../../sandbox/images/base.ts';
import { startCraneRegistry } from '../../sandbox/images/crane-registry.ts';
import { startDistribution } from '../../sandbox/images/distribution.ts';
import { startTokenServer } from '../../sandbox/images/token-server.ts';
import { killStarter, leftOf } from './images.ts';
import { statusOf } from './running.ts';
import { toolPath } from './tools.ts';

let folder: string;
let crane: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-images-test-'));
  crane = await toolPath('crane');
  await toolPath('registry');
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Runs crane as somebody, or as nobody; it finds out by itself what the registry wants. */
async function craneAs(user: string | undefined, ...args: string[]): Promise<string> {
  const config = await mkdtemp(join(folder, 'docker-'));
  const registry = args.at(-1)?.split('/')[0] ?? '';
  const auths = user === undefined ? {} : { [registry]: { auth: basic(user, 'secret').slice(6) } };
  await writeFile(join(config, 'config.json'), JSON.stringify({ auths }));
  const { stdout } = await promisify(execFile)(crane, args, { env: { DOCKER_CONFIG: config, HOME: config } });
  return stdout.trim();
}

test.each([
  ['distribution', startDistribution],
  ['crane', startCraneRegistry],
])('%s: takes and gives an index of two platforms, and leaves nothing', async (_, start) => {
  const registry = await start();
  const platforms = ['linux/amd64', 'linux/arm64'];
  const base = await pushBase({ registry: registry.address, platforms });
  expect(await craneAs(undefined, 'digest', base.ref)).toBe(base.digest);
  const index = JSON.parse(await craneAs(undefined, 'manifest', base.pinned)) as {
    manifests: { platform: { architecture: string } }[];
  };
  expect(index.manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64']);

  expect(leftOf(registry.directory)).not.toEqual([]);
  await registry.stop();
  expect(leftOf(registry.directory)).toEqual([]);
  expect(await statusOf(`http://${registry.address}/v2/`)).toBe(0);
});

test('one has the referrers API, the other does not', async () => {
  await using distribution = await startDistribution();
  await using other = await startCraneRegistry();
  const referrers = async (address: string): Promise<number> => {
    const base = await pushBase({ registry: address });
    return statusOf(`http://${address}/v2/base/busybox/referrers/${base.digest}`);
  };
  expect([await referrers(distribution.address), await referrers(other.address)]).toEqual([404, 200]);
});

test('deletes are refused unless they were asked for', async () => {
  for (const [deletes, status] of [
    [false, 405],
    [true, 202],
  ] as const) {
    await using registry = await startDistribution({ deletes });
    const { digest } = await pushBase({ registry: registry.address });
    const url = `http://${registry.address}/v2/base/busybox/manifests/${digest}`;
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(status);
  }
});

test('what is pushed outlives the registry where it was given a directory', async () => {
  const directory = await mkdtemp(join(folder, 'data-'));
  const before = await startDistribution({ directory });
  const { digest } = await pushBase({ registry: before.address });
  await before.stop();
  await using after = await startDistribution({ directory });
  expect(await craneAs(undefined, 'digest', `${after.address}/base/busybox:1`)).toBe(digest);
});

test('Basic authentication: the right password opens, another or none does not', async () => {
  await using registry = await startDistribution({ users: { ada: 'secret', grace: 'other' } });
  const { address } = registry;
  const as = async (headers: Record<string, string>) =>
    (await fetch(`http://${address}/v2/`, { headers })).status;
  expect(await as({})).toBe(401);
  expect(await as({ authorization: basic('ada', 'wrong') })).toBe(401);
  expect(await as({ authorization: basic('grace', 'other') })).toBe(200);
  const base = await pushBase({ registry: address, authorization: basic('ada', 'secret') });
  expect(await craneAs('ada', 'digest', base.ref)).toBe(base.digest);
  await expect(craneAs(undefined, 'digest', base.ref)).rejects.toThrow(/UNAUTHORIZED|401/);
});

test('tokens: each for its scopes, as the server allows', async () => {
  await using tokens = await startTokenServer({
    users: { ada: 'secret', reader: 'secret' },
    allows: (user, repository, action) =>
      user === 'ada' || (action === 'pull' && (user === 'reader' || repository.startsWith('public/'))),
  });
  await using registry = await startDistribution({ tokenServer: tokens });
  await using source = await startDistribution();
  const base = await pushBase({ registry: source.address });
  const name = (repository: string): string => `${registry.address}/${repository}:1`;

  await craneAs('ada', 'copy', base.ref, name('public/base'));
  await craneAs('ada', 'copy', base.ref, name('team/base'));
  expect(await craneAs('reader', 'digest', name('team/base'))).toBe(base.digest);
  expect(await craneAs(undefined, 'digest', name('public/base'))).toBe(base.digest);
  await expect(craneAs(undefined, 'digest', name('team/base'))).rejects.toThrow(/UNAUTHORIZED|401/);
  await expect(craneAs('reader', 'copy', base.ref, name('team/more'))).rejects.toThrow(
    /UNAUTHORIZED|401|DENIED/,
  );
  expect(tokens.asked).toContainEqual({
    method: 'GET',
    user: 'reader',
    scopes: ['repository:team/base:pull'],
    status: 200,
  });

  const wrong = await fetch(tokens.realm, { headers: { authorization: basic('ada', 'wrong') } });
  expect(wrong.status).toBe(401);
});

test('a token as OAuth 2 asks for it, and one whose time is over', async () => {
  await using tokens = await startTokenServer({ users: { ada: 'secret' } });
  await using late = await startTokenServer({ users: { ada: 'secret' }, expiresInSeconds: -61 });
  const body = { grant_type: 'password', username: 'ada', password: 'secret', scope: 'repository:a/b:pull' };
  for (const [tokenServer, status] of [
    [tokens, 404],
    [late, 401],
  ] as const) {
    await using registry = await startDistribution({ tokenServer });
    const answer = await fetch(tokenServer.realm, { method: 'POST', body: new URLSearchParams(body) });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const url = `http://${registry.address}/v2/a/b/manifests/none`;
    expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(status);
  }
});

test('it does not outlive a starter that was killed', async () => {
  await killStarter(
    `import { startDistribution } from '../../../sandbox/images/distribution.ts';
     console.log((await startDistribution()).directory);`,
    () => true,
  );
});

test('one that cannot start says why', async () => {
  await using tokens = await startTokenServer({ users: {} });
  await expect(startDistribution({ tokenServer: { ...tokens, certificate: 'none' } })).rejects.toThrow(
    /ended with 2 before it answered\n(.|\n)*token auth requires/,
  );
});

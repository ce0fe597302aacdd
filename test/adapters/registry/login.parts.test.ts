import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDistribution } from '../../../sandbox/images/distribution.ts';
import type { Registry } from '../../../sandbox/images/distribution.ts';
import { startTokenServer } from '../../../sandbox/images/token-server.ts';
import type { TokenServer } from '../../../sandbox/images/token-server.ts';
import { pushImage, repository, someBytes, storeOf } from './stored.ts';

const users = { ada: 'pa:ss', bob: 'only reads' };
const ada = { username: 'ada', password: users.ada };
const bob = { username: 'bob', password: users.bob };

let tokens: TokenServer;
let byToken: Registry;
let byPassword: Registry;
beforeAll(async () => {
  tokens = await startTokenServer({
    users,
    allows: (user, name, action) =>
      name.startsWith('public/') && action === 'pull'
        ? true
        : user === 'ada' || (user === 'bob' && action === 'pull'),
  });
  [byToken, byPassword] = await Promise.all([
    startDistribution({ tokenServer: tokens }),
    startDistribution({ users }),
  ]);
}, 600_000);
afterAll(async () => {
  await Promise.all([byToken, byPassword, tokens].map((each) => each.stop()));
});

test('Basic: the password is shown where it is asked for', async () => {
  const store = storeOf({ loginFor: async () => ada });
  const { manifest } = await pushImage(store, repository(byPassword.address), 'v1');
  expect(await store.head({ ...repository(byPassword.address), tag: 'v1' })).toMatchObject({
    digest: manifest.digest,
  });
});

test('Basic: a wrong password is named as such, and nobody is told to log in', async () => {
  const asked = storeOf({ loginFor: async () => ({ ...ada, password: 'old' }) }).tags(
    repository(byPassword.address),
  );
  await expect(asked).rejects.toMatchObject({
    name: 'TargetError',
    message: expect.stringContaining('401 to these credentials'),
    remedy: `check the user and the password for ${byPassword.address}: they are wrong, or have expired`,
  });
});

test('nobody is told to give a login', async () => {
  const asked = storeOf().putBlob(repository(byPassword.address), someBytes(10));
  await expect(asked).rejects.toMatchObject({
    message: expect.stringContaining('401: it wants a login'),
    remedy: `give a login for ${byPassword.address} under registries, or log in before this step`,
  });
});

test('a token for what is done, fetched once for all that is done at once', async () => {
  const store = storeOf({ loginFor: async () => ada });
  const before = tokens.asked.length;
  await Promise.all(
    ['a', 'b', 'c', 'd'].map((tag) => pushImage(store, repository(byToken.address, 'many/tags'), tag)),
  );
  expect(tokens.asked.slice(before)).toEqual([
    { method: 'GET', user: 'ada', scopes: ['repository:many/tags:pull,push'], status: 200 },
  ]);
  await store.tags(repository(byToken.address, 'many/tags'));
  expect(tokens.asked.slice(before)).toHaveLength(2);
});

test('a mount asks for both repositories', async () => {
  const store = storeOf({ loginFor: async () => ada });
  const [from, to] = [repository(byToken.address, 'mount/a'), repository(byToken.address, 'mount/b')];
  const { layer } = await pushImage(store, from, 'v1');
  expect(await store.copyBlob(layer, from, to)).toEqual({ kind: 'mounted', bytes: 0 });
  expect(tokens.asked.at(-1)?.scopes).toEqual(['repository:mount/b:pull,push', 'repository:mount/a:pull']);
});

test('nobody may read what is public, and is told what pushing wants', async () => {
  const open = repository(byToken.address, 'public/base');
  const { manifest } = await pushImage(storeOf({ loginFor: async () => ada }), open, '1');
  expect(await storeOf().head({ ...open, tag: '1' })).toMatchObject({ digest: manifest.digest });
  await expect(storeOf().putManifest({ ...open, tag: '2' }, manifest)).rejects.toMatchObject({
    message: expect.stringContaining('did not store tag 2'),
    remedy: `give a login for ${byToken.address} under registries, or log in before this step`,
  });
});

test('who may only read is told the right that is missing', async () => {
  const to = repository(byToken.address, 'team/read-only');
  const { manifest } = await pushImage(storeOf({ loginFor: async () => ada }), to, '1');
  const store = storeOf({ loginFor: async () => bob });
  expect(await store.head({ ...to, tag: '1' })).toMatchObject({ digest: manifest.digest });
  await expect(store.putManifest({ ...to, tag: '2' }, manifest)).rejects.toMatchObject({
    subject: `${byToken.address}/team/read-only`,
    remedy: 'the login needs the right to push to team/read-only',
  });
});

test('a password that the token server does not take', async () => {
  const store = storeOf({ loginFor: async () => ({ ...ada, password: 'old' }) });
  await expect(store.tags(repository(byToken.address))).rejects.toMatchObject({
    name: 'TargetError',
    message: expect.stringMatching(/token server localhost:\d+ answered 401 to these credentials/),
  });
});

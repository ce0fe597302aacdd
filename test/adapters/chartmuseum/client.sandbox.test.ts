import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { chartMuseum } from '../../../lib/adapters/chartmuseum/client.ts';
import { transport } from '../../../lib/adapters/http/transport.ts';
import { parseDestination } from '../../../lib/domain/published-chart/destination.ts';
import type { MuseumAddress } from '../../../lib/ports/chart-museum.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { startMuseum } from '../../../sandbox/chartmuseum/server.ts';
import { chartPackager } from '../../../lib/adapters/helm/packager.ts';
import { helmCli } from '../../../lib/adapters/helm/client.ts';
import { chartFolder, configMap, helms, scratch, spawn } from '../helm/lab.ts';

const at = (url: string): MuseumAddress => {
  const parsed = parseDestination(url);
  if (parsed.kind !== 'destination' || parsed.destination.kind !== 'chartmuseum') throw new Error(url);
  return parsed.destination;
};

const client = (login?: { username: string; password: string }) =>
  chartMuseum({
    send: transport({ proxy: {}, timeout: 5_000, plainHttp: () => true }),
    patience: { clock: systemClock, random: () => 0, retries: 2, budget: 5_000 },
    loginFor: async () => login,
  });

async function archive(content: string): Promise<Uint8Array> {
  using folder = scratch();
  const [, program = ''] = helms[1] ?? [];
  const home = join(folder.path, 'home');
  const helm = helmCli(spawn, { home: { path: home, kubeconfig: '' }, workspace: folder.path, program });
  const path = chartFolder(join(folder.path, 'shop'), { ...configMap, 'NOTE.txt': content });
  const chart = await helm.chart({ kind: 'path', path }, {}, { dependencyUpdate: false });
  return (await chartPackager(spawn, { home, workspace: folder.path, program }).pack(chart, {})).archive;
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

test.each(['', '/org/repo'])('uploaded once, described and fetched back: tenant "%s"', async (tenant) => {
  await using museum = await startMuseum();
  const address = at(museum.url + tenant);
  const [one, two] = [await archive('one'), await archive('two')];
  const charts = client();
  expect(await charts.digest(address, 'shop', '1.2.3')).toBeUndefined();
  expect(await charts.upload(address, one)).toBe('saved');
  expect(await charts.digest(address, 'shop', '1.2.3')).toBe(digestOf(one));
  expect(Buffer.from(await charts.archive(address, 'shop', '1.2.3')).equals(one)).toBe(true);
  expect(await charts.upload(address, two)).toBe('exists');
  expect(await charts.digest(address, 'shop', '1.2.3')).toBe(digestOf(one));
});

test('helm itself finds what was uploaded there', async () => {
  await using museum = await startMuseum();
  await client().upload(at(museum.url), await archive('one'));
  using folder = scratch();
  const [, program = ''] = helms[1] ?? [];
  const pulled = await spawn({
    argv: [program, 'show', 'chart', `${museum.url}/charts/shop-1.2.3.tgz`],
    cwd: folder.path,
  });
  expect(pulled.stdout).toContain('name: shop');
});

test('a login that is missing or wrong is one clear error', async () => {
  await using museum = await startMuseum({ login: 'ci:right' });
  for (const login of [undefined, { username: 'ci', password: 'wrong' }])
    await expect(client(login).digest(at(museum.url), 'shop', '1.2.3')).rejects.toMatchObject({
      message: 'it answered 401: unauthorized',
      remedy: expect.stringContaining('registries'),
    });
  expect(
    await client({ username: 'ci', password: 'right' }).upload(at(museum.url), await archive('one')),
  ).toBe('saved');
});

test('no chart, no museum, nobody there', async () => {
  await using museum = await startMuseum();
  await expect(client().upload(at(museum.url), Buffer.from('no chart'))).rejects.toMatchObject({
    message: 'it answered 400: no chart in the request body',
  });
  await expect(client().upload(at(`${museum.url}/wrong/api/x`), Buffer.from('x'))).rejects.toMatchObject({
    remedy: expect.stringContaining('/api'),
  });
  await expect(client().digest(at('http://127.0.0.1:1'), 'shop', '1.2.3')).rejects.toThrow(
    /cannot be asked: .*ECONNREFUSED/,
  );
});

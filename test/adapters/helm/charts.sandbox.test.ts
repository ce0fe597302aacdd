import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { helmCli } from '../../../lib/adapters/helm/client.ts';
import type { Helm } from '../../../lib/ports/helm.ts';
import type { Command, Exit } from '../../../lib/ports/process.ts';
import { serveChart } from './chart-server.ts';
import type { Behaviour } from './chart-server.ts';
import { chartFolder, configMap, helms, scratch, spawn, write } from './lab.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../registry/${name}`, import.meta.url), 'utf8');
const tls = { key: fixture('self-signed.key'), cert: fixture('self-signed.crt') };
const once = { dependencyUpdate: false };

describe.each(helms)('%s', (_, program) => {
  /** A served chart, and a helm that knows no cluster. */
  async function source(behaviour: Behaviour = {}) {
    const folder = scratch();
    chartFolder(join(folder.path, 'work', 'shop'), configMap, 'kubeVersion: ">=1.25.0-0"\n');
    const packed = await spawn({
      argv: ['tar', '-czf', join(folder.path, 'shop-1.2.3.tgz'), '-C', join(folder.path, 'work'), 'shop'],
    });
    expect(packed.status).toBe(0);
    const server = await serveChart(join(folder.path, 'shop-1.2.3.tgz'), behaviour);
    const commands: string[] = [];
    const recording = (command: Command, options?: object): Promise<Exit> => {
      commands.push(command.argv.join(' '));
      return spawn(command, options);
    };
    const home = join(folder.path, 'home');
    const helm: Helm = helmCli(recording, {
      home: { path: home, kubeconfig: '/none' },
      workspace: folder.path,
      registryConfig: join(folder.path, 'logins.json'),
      program,
    });
    return {
      server,
      helm,
      home,
      commands,
      work: join(folder.path, 'work'),
      /** What `helm registry login` of an earlier step leaves. */
      logIn: (user: string) =>
        write(folder.path, {
          'logins.json': JSON.stringify({
            auths: { [server.host]: { auth: Buffer.from(user).toString('base64') } },
          }),
        }),
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        folder[Symbol.dispose]();
      },
    };
  }

  const expected = {
    name: 'shop',
    version: '1.2.3',
    appVersion: '4.5',
    kubeVersion: '>=1.25.0-0',
    defaults: expect.objectContaining({ color: 'red' }),
    missingDependencies: [],
    hasCrds: false,
  };

  test('from a folder and from an archive', async () => {
    await using from = await source();
    expect(await from.helm.chart({ kind: 'path', path: 'work/shop' }, {}, once)).toEqual({
      ...expected,
      digest: '',
      path: join(from.work, 'shop'),
    });
    expect(await from.helm.chart({ kind: 'path', path: 'shop-1.2.3.tgz' }, {}, once)).toMatchObject({
      ...expected,
      digest: '',
    });
  });

  test('from a repository', async () => {
    await using from = await source();
    const chart = await from.helm.chart({ kind: 'repository', url: from.server.url, name: 'shop' }, {}, once);
    expect(chart).toMatchObject({
      ...expected,
      path: expect.stringMatching(/shop-1\.2\.3\.tgz$/),
      digest: '',
    });
  });

  test('from a private repository: the password is in no argument and in no file that others can read', async () => {
    await using from = await source({ login: 'bot:hunter2-hunter2' });
    const order = { kind: 'repository', url: from.server.url, name: 'shop', version: '1.2.3' } as const;
    await from.helm.chart(order, { username: 'bot', password: 'hunter2-hunter2' }, once);
    expect(from.commands.join('\n')).not.toContain('hunter2');
    const readable = readdirSync(from.home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path, 'utf8').includes('hunter2'))
      .filter((path) => (statSync(path).mode & 0o077) !== 0);
    expect(readable).toEqual([]);
    await expect(from.helm.chart(order, { username: 'bot', password: 'wrong' }, once)).rejects.toMatchObject({
      message: 'the chart source refuses the credentials (401)',
      remedy: expect.stringContaining('chart-username'),
    });
  });

  test('from a registry, by version, by digest, and with login', async () => {
    await using from = await source({ login: 'bot:hunter2-hunter2' });
    const access = { username: 'bot', password: 'hunter2-hunter2' };
    const ref = `oci://${from.server.host}/charts/shop`;
    const { digest } = from.server;
    expect(await from.helm.chart({ kind: 'oci', ref, version: '1.2.3' }, access, once)).toMatchObject({
      ...expected,
      digest,
    });
    expect(await from.helm.chart({ kind: 'oci', ref }, access, once)).toMatchObject({
      version: '1.2.3',
      digest,
    });
    expect(await from.helm.chart({ kind: 'oci', ref, digest }, access, once)).toMatchObject({
      ...expected,
      digest,
    });
    expect(from.commands.join('\n')).not.toContain('hunter2');
    await expect(from.helm.chart({ kind: 'oci', ref, version: '1.2.3' }, {}, once)).rejects.toMatchObject({
      message: expect.stringMatching(/refuses the credentials/),
    });

    from.logIn('bot:hunter2-hunter2');
    expect(await from.helm.chart({ kind: 'oci', ref }, {}, once)).toMatchObject({ digest });
  });

  test('over TLS, with the authority given and without', async () => {
    await using from = await source({ tls });
    const order = {
      kind: 'repository',
      url: from.server.url.replace('127.0.0.1', 'localhost'),
      name: 'shop',
    } as const;
    expect(await from.helm.chart(order, { ca: tls.cert }, once)).toMatchObject(expected);
    await expect(from.helm.chart(order, {}, once)).rejects.toMatchObject({
      message: expect.stringMatching(/^the certificate of the chart source is not trusted/),
      remedy: expect.stringContaining('chart-ca'),
    });
  });

  test.each([
    ['no such chart', { name: 'nope' }, /has no chart of that name/],
    ['no such version', { version: '9.9.9' }, /has no version 9\.9\.9 of shop/],
    ['no such place', { url: 'http://127.0.0.1:1' }, /cannot be reached/],
    ['no repository there', { path: '/nothing' }, /has no such chart or version|no chart/],
  ])('%s in a repository', async (_, change, message) => {
    await using from = await source();
    const { path = '', ...wrong }: { path?: string; name?: string; url?: string; version?: string } = change;
    const order = { kind: 'repository', url: `${from.server.url}${path}`, name: 'shop', ...wrong } as const;
    await expect(from.helm.chart(order, {}, once)).rejects.toMatchObject({
      name: 'TargetError',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/./),
    });
  });

  test.each([
    ['no such chart', 'nope', {}, /has no such chart/],
    ['no such version', 'shop', { version: '9.9.9' }, /has no such chart or version/],
    ['no such digest', 'shop', { digest: `sha256:${'0'.repeat(64)}` }, /has no such chart or version/],
  ])('%s in a registry', async (_, name, wrong, message) => {
    await using from = await source();
    const order = { kind: 'oci', ref: `oci://${from.server.host}/charts/${name}`, ...wrong } as const;
    await expect(from.helm.chart(order, {}, once)).rejects.toMatchObject({
      name: 'TargetError',
      message: expect.stringMatching(message),
    });
  });

  test('what is no chart says so', async () => {
    await using from = await source();
    write(from.work, { 'no.tgz': 'no archive', 'odd/Chart.yaml': 'name: [' });
    await expect(from.helm.chart({ kind: 'path', path: 'work/none' }, {}, once)).rejects.toThrow(
      /there is no chart/,
    );
    await expect(from.helm.chart({ kind: 'path', path: 'work/no.tgz' }, {}, once)).rejects.toThrow(
      /tar cannot read it/,
    );
    await expect(from.helm.chart({ kind: 'path', path: 'work/odd' }, {}, once)).rejects.toThrow(
      /is not YAML/,
    );
  });

  test('missing dependencies are named, and fetched into a copy: from a repository, a registry, a folder beside', async () => {
    await using from = await source();
    const dependencies = [
      `{name: shop, version: 1.x, repository: "${from.server.url}", alias: one}`,
      `{name: beside, version: 1.2.3, repository: "file://../beside"}`,
    ];
    chartFolder(join(from.work, 'beside'), configMap);
    const parent = chartFolder(join(from.work, 'parent'), {}, `dependencies: [${dependencies.join(', ')}]\n`);
    const order = { kind: 'path', path: parent } as const;
    expect((await from.helm.chart(order, {}, once)).missingDependencies).toEqual([
      'shop 1.x',
      'beside 1.2.3',
    ]);

    const chart = await from.helm.chart(order, {}, { dependencyUpdate: true });
    expect(chart.missingDependencies).toEqual([]);
    expect(chart.path).not.toBe(parent);
    expect(readdirSync(join(chart.path, 'charts')).sort()).toEqual(['beside-1.2.3.tgz', 'shop-1.2.3.tgz']);
    expect(readdirSync(parent)).toEqual(['Chart.yaml']);
    expect(from.commands.some((line) => line.includes('dependency update'))).toBe(true);

    write(parent, { 'Chart.lock': readFileSync(join(chart.path, 'Chart.lock'), 'utf8') });
    const locked = await from.helm.chart(order, {}, { dependencyUpdate: true });
    expect(locked.missingDependencies).toEqual([]);
    expect(from.commands.some((line) => line.includes('dependency build'))).toBe(true);

    write(parent, { 'Chart.lock': 'dependencies: []\ndigest: sha256:0\n' });
    await expect(from.helm.chart(order, {}, { dependencyUpdate: true })).rejects.toThrow(
      'Chart.lock is out of sync with Chart.yaml',
    );
  });

  test('a dependency from a registry that wants a login', async () => {
    await using from = await source({ login: 'bot:hunter2-hunter2' });
    const parent = chartFolder(
      join(from.work, 'parent'),
      {},
      `dependencies: [{name: shop, version: 1.2.3, repository: "oci://${from.server.host}/charts"}]\n`,
    );
    const access = { username: 'bot', password: 'hunter2-hunter2' };
    const chart = await from.helm.chart({ kind: 'path', path: parent }, access, { dependencyUpdate: true });
    expect(chart.missingDependencies).toEqual([]);
    expect(from.commands.join('\n')).not.toContain('hunter2');
  });

  test('one password is not sent to several hosts', async () => {
    await using from = await source();
    const parent = chartFolder(
      join(from.work, 'parent'),
      {},
      'dependencies: [{name: a, version: 1.x, repository: "https://a.invalid"}, {name: b, version: 1.x, repository: "https://b.invalid"}]\n',
    );
    await expect(
      from.helm.chart(
        { kind: 'path', path: parent },
        { username: 'bot', password: 'hunter2' },
        { dependencyUpdate: true },
      ),
    ).rejects.toMatchObject({ faults: [{ input: 'chart-username' }] });
  });

  test('CRDs of the chart and its subcharts, packed or not, are seen and printed', async () => {
    await using from = await source();
    const crd = (name: string): string =>
      `kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nmetadata: {name: ${name}}\n`;
    const parent = chartFolder(join(from.work, 'parent'), {});
    const order = { kind: 'path', path: parent } as const;
    expect((await from.helm.chart(order, {}, once)).hasCrds).toBe(false);
    chartFolder(join(from.work, 'packed'), { 'crds/p.yaml': crd('packed') });
    write(parent, { 'charts/.keep': '' });
    await spawn({
      argv: ['tar', '-czf', join(parent, 'charts', 'packed-1.2.3.tgz'), '-C', from.work, 'packed'],
    });
    const chart = await from.helm.chart(order, {}, once);
    expect(chart.hasCrds).toBe(true);
    write(parent, { 'crds/own.yaml': crd('own') });
    const crds = await from.helm.crds(await from.helm.chart(order, {}, once));
    expect(crds).toContain('name: own');
    expect(crds).toContain('name: packed');
  });
});

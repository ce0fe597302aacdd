import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { helmCli } from '../../../lib/adapters/helm/client.ts';
import { chartPackager } from '../../../lib/adapters/helm/packager.ts';
import { chartFolder, configMap, helms, scratch, spawn, write } from './lab.ts';

describe.each(helms)('%s', (_, program) => {
  /** A folder with a chart, the packager, and the chart as deploy-helm would read it. */
  function bench(templates: Readonly<Record<string, string>> = configMap, more = '') {
    const folder = scratch();
    const path = chartFolder(join(folder.path, 'work', 'shop'), templates, more);
    const home = join(folder.path, 'home');
    const helm = helmCli(spawn, { home: { path: home, kubeconfig: '' }, workspace: folder.path, program });
    return {
      path,
      packager: chartPackager(spawn, { home, workspace: folder.path, program }),
      read: (dependencyUpdate = false) => helm.chart({ kind: 'path', path }, {}, { dependencyUpdate }),
      [Symbol.dispose]: () => folder[Symbol.dispose](),
    };
  }

  test('the same files give the same bytes, whenever they are packed', async () => {
    using one = bench();
    const chart = await one.read();
    const first = await one.packager.pack(chart, {});
    utimesSync(join(one.path, 'values.yaml'), 1, 1);
    const second = await one.packager.pack(chart, {});
    expect(first).toMatchObject({ name: 'shop', version: '1.2.3', appVersion: '4.5' });
    expect(Buffer.from(second.archive).equals(first.archive)).toBe(true);
    expect(second.sourceHash).toBe(first.sourceHash);
    expect(await one.packager.sourceHashOf(first.archive)).toBe(first.sourceHash);
    expect(gunzipSync(first.archive).includes('shop/values.yaml')).toBe(true);

    writeFileSync(join(one.path, 'values.yaml'), 'color: blue\n');
    expect((await one.packager.pack(chart, {})).sourceHash).not.toBe(first.sourceHash);
  });

  test('version and appVersion are put in; .helmignore keeps out', async () => {
    using one = bench({ ...configMap, '.helmignore': 'secret.txt\n', 'secret.txt': 'hush' });
    const packed = await one.packager.pack(await one.read(), { version: '2.0.0-dev.7+a', appVersion: '9' });
    expect(packed).toMatchObject({
      version: '2.0.0-dev.7+a',
      appVersion: '9',
      metadata: { version: '2.0.0-dev.7+a' },
    });
    expect(gunzipSync(packed.archive).includes('hush')).toBe(false);
  });

  test('what helm itself packed is recognised as the same chart', async () => {
    using one = bench();
    const into = join(one.path, '..');
    await spawn({ argv: [program, 'package', one.path, '--destination', into] });
    const theirs = readFileSync(join(into, 'shop-1.2.3.tgz'));
    expect(await one.packager.sourceHashOf(theirs)).toBe(
      (await one.packager.pack(await one.read(), {})).sourceHash,
    );
  });

  test('a subchart of the tree is packed anew each time, and is the same', async () => {
    using one = bench(
      configMap,
      'dependencies: [{name: stock, version: 0.1.0, repository: "file://../stock"}]\n',
    );
    chartFolder(join(one.path, '..', 'stock'), { 'values.yaml': 'n: 1\n' });
    write(join(one.path, '..', 'stock'), { 'Chart.yaml': 'apiVersion: v2\nname: stock\nversion: 0.1.0\n' });
    const pack = async () => one.packager.pack(await one.read(true), {});
    expect((await pack()).sourceHash).toBe((await pack()).sourceHash);
    await expect(one.packager.pack(await one.read(false), {})).rejects.toMatchObject({
      message: 'dependencies are not in charts/: stock',
      remedy: expect.stringContaining('dependency-update'),
    });
  });

  test('lint says what is wrong; warnings count when asked', async () => {
    using good = bench();
    const chart = await good.read();
    expect(await good.packager.lint(chart, { strict: false, valuesFiles: [] })).toMatchObject({
      passed: true,
    });

    using bad = bench({ ...configMap, 'templates/bad.yaml': 'a: {{ .Values.missing.deep }}\n' });
    const said = await bad.packager.lint(await bad.read(), { strict: false, valuesFiles: [] });
    expect(said).toEqual({
      passed: false,
      lines: expect.arrayContaining([expect.stringContaining('[ERROR]')]),
    });
  });

  test('a version that is none', async () => {
    using one = bench();
    await expect(one.packager.pack(await one.read(), { version: 'one' })).rejects.toThrow(/one|version/i);
  });
});

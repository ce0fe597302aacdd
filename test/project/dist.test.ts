import {
  existsSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { bundleProblems } from '../../scripts/bundle.ts';
import { compareFolders } from '../../scripts/compare-folders.ts';

const dist = resolve(import.meta.dirname, '../../dist');

test.each(readdirSync(dist))('dist/%s: the licences of what is in the bundle lie beside it', (name) => {
  const hasPost = existsSync(resolve(dist, '../actions', name, 'post.ts'));
  const files = ['index.js', 'licenses.txt', 'package.json', ...(hasPost ? ['post.js'] : [])];
  expect(readdirSync(join(dist, name)).sort()).toEqual(files);
  const text = readFileSync(join(dist, name, 'licenses.txt'), 'utf8');
  const packages = [...text.matchAll(/(?:^|\n\n)(\S+)\n(\(?[\w. -]+\)?)\n(?=\S)/g)].map(([, found]) => found);
  // Ours, and what reads YAML in each that reads inputs or kubeconfigs.
  const least = name === 'databases' ? ['slipway'] : ['js-yaml', 'slipway'];
  expect(packages).toEqual(expect.arrayContaining(least));
  expect(
    text.match(/Permission is hereby granted|Permission to use|Redistribution and use|Apache License/g)
      ?.length,
  ).toBeGreaterThanOrEqual(least.length);
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

test('missing, left over and different files are named', async () => {
  put({ 'a/x/1': 'same', 'a/x/2': 'two', 'a/y': 'y', 'b/x/1': 'same', 'b/x/2': 'TWO!', 'b/z': 'z' });
  expect(await compareFolders(join(folder, 'a'), join(folder, 'b'))).toEqual([
    'differs   x/2 (4 bytes, should be 3)',
    'missing   y',
    'left over z',
  ]);
});

test('a folder equals itself; one that is not there is empty', async () => {
  put({ 'a/x': '1' });
  expect(await compareFolders(join(folder, 'a'), join(folder, 'a'))).toEqual([]);
  expect(await compareFolders(join(folder, 'a'), join(folder, 'none'))).toEqual(['missing   x']);
});

test.each([
  ['eval("require")("pg-native")', ['requires pg-native, which is not installed and fails in an ES module']],
  ['eval("require")("bufferutil")', []],
  ['"/home/me/slipway/lib/x.js"', ['names the path /home/me/slipway']],
  ['"/home/me/slipways"', []],
])('bundle text %s', (text, expected) => {
  expect(bundleProblems(text, ['/home/me/slipway', '/'])).toEqual(expected);
});

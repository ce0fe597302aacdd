/** `npm test` runs the tests of the cluster beside those of other real parts: a file's name says where it belongs. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { importsOf } from './house-rules.ts';

const root = resolve(import.meta.dirname, '../..');
const inParts = globSync(['test/**/*.parts.test.ts', 'test/sandbox-parts/*.test.ts'], { cwd: root });
const inSandbox = globSync('test/**/*.sandbox.test.ts', { cwd: root });

/** What leads to the cluster: whoever imports it, at however many removes, needs one that is up. */
const toCluster = 'sandbox/client.ts';

const needsCluster = (path: string, seen: Set<string> = new Set()): boolean => {
  if (path === toCluster) return true;
  if (seen.has(path) || !existsSync(join(root, path))) return false;
  seen.add(path);
  const imports = importsOf({ path, text: readFileSync(join(root, path), 'utf8') });
  return imports.some(({ target }) => needsCluster(target, seen));
};

test('both lanes have tests', () => {
  expect(inParts.length).toBeGreaterThan(50);
  expect(inSandbox.length).toBeGreaterThan(30);
});

test('tests of the parts need no cluster', () => {
  expect(inParts.filter((path) => needsCluster(path))).toEqual([]);
});

test('tests that need no cluster do not wait for their turn at it', () => {
  expect(inSandbox.filter((path) => !needsCluster(path))).toEqual([]);
});

/** A fresh clone on any Node: npm brings Node 24 before a script in TypeScript is started. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-fresh-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/npm'), '#!/bin/sh\necho "$*" > called; echo added 400 packages\n');
  chmodSync(join(folder, 'bin/npm'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

const before = (script: string) =>
  spawnSync('/bin/sh', ['-c', scripts[`pre${script}`] ?? 'exit 9'], {
    cwd: folder,
    env: { PATH: `${folder}/bin:/usr/bin:/bin` },
    encoding: 'utf8',
  });

test.each(['test', 'demo', 'sandbox'])(
  'npm run %s installs first, once, and keeps its output clean',
  (script) => {
    expect(before(script)).toMatchObject({ status: 0, stdout: '' });
    expect(readFileSync(join(folder, 'called'), 'utf8')).toBe('ci\n');

    rmSync(join(folder, 'called'));
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{}');
    expect(before(script)).toMatchObject({ status: 0 });
    expect(existsSync(join(folder, 'called'))).toBe(false);
  },
);

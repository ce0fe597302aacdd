import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { reportFiles } from '../../../lib/adapters/reports/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-reports-'));
mkdirSync(join(folder, 'target/reports'), { recursive: true });
for (const name of ['TEST-b.xml', 'TEST-a.xml', 'notes.txt'])
  writeFileSync(join(folder, 'target/reports', name), name);
afterAll(() => rmSync(folder, { recursive: true }));

test('patterns find each file once, in the order of their names', async () => {
  const found = await reportFiles().find(['**/*.xml', 'target/reports/TEST-a.xml', 'nothing/*.xml'], folder);

  expect(found.map(({ text }) => text)).toEqual(['TEST-a.xml', 'TEST-b.xml']);
  expect(found[0]?.path).toBe('target/reports/TEST-a.xml');
  expect(Math.abs((found[0]?.modifiedAt ?? 0) - Date.now())).toBeLessThan(60_000);
});

test('a whole path means the file, wherever it lies', async () => {
  const path = join(folder, 'target/reports/TEST-b.xml');

  expect(await reportFiles().find([path], join(folder, 'target'))).toMatchObject([{ text: 'TEST-b.xml' }]);
});

test('what is far too large to be a report is not read', async () => {
  const large = join(folder, 'large.xml');
  writeFileSync(large, '');
  truncateSync(large, 100 * 1024 * 1024);

  await expect(reportFiles().find(['large.xml'], folder)).rejects.toThrow('large.xml is 100 MiB');
});

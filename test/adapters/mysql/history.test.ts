import { expect, test } from '@jest/globals';
import type { TableFacts } from '../../../lib/adapters/mysql/catalog.ts';
import { hasHistory } from '../../../lib/adapters/mysql/history.ts';
import { readVersion } from '../../../lib/domain/database/versions.ts';

const table = (name: string, versioned: 0 | 1): TableFacts => ({
  name,
  kind: 'table',
  transactional: 1,
  versioned,
});
const [orders, prices] = [table('orders', 0), table('prices', 1)];
const ask = (version: string, tables: readonly TableFacts[], left: readonly TableFacts[] = []): boolean => {
  const tool = readVersion('mariadb', version);
  if (tool === undefined) throw new Error(version);
  return hasHistory({ tool, tables, left, database: 'shop', subject: 'the shop' });
};

test.each<[string, readonly TableFacts[], readonly TableFacts[], boolean]>([
  ['10.11.6-MariaDB', [orders, prices], [], true],
  ['11.4.2-MariaDB', [prices], [], true],
  ['10.11.6-MariaDB', [orders], [], false],
  ['10.11.6-MariaDB', [orders, prices], [prices], false],
  ['10.6.1-MariaDB', [orders], [], false],
  ['10.6.1-MariaDB', [orders, prices], [prices], false],
  ['8.0.36', [orders], [], false],
])('%s, %j without %j: %j', (version, tables, left, expected) => {
  expect(ask(version, tables, left)).toBe(expected);
});

test.each(['10.3.39-MariaDB', '10.6.1-MariaDB', '10.10.2-MariaDB'])('%s cannot dump it', (version) => {
  expect(() => ask(version, [orders, prices])).toThrow(/leaves out the history of system-versioned tables/);
  expect(() => ask(version, [orders, prices], [orders])).toThrow(
    expect.objectContaining({
      remedy: expect.stringMatching(/10\.11 or newer.*exclude-tables/),
      details: [['has history', 'shop.prices']],
    }),
  );
});

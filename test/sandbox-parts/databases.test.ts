import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startMariaDb } from '../../sandbox/databases/mariadb.ts';
import { startPostgres } from '../../sandbox/databases/postgresql.ts';
import { shopSql as mariaShopSql } from '../../sandbox/databases/shop-mariadb.ts';
import { shopSql } from '../../sandbox/databases/shop-postgresql.ts';
import { killStarter, leftOf } from './images.ts';
import { toolPath } from './tools.ts';

const hashed = `SELECT sum(hashtextextended(slipway_row::text, 0)::numeric) FROM shop.orders AS slipway_row`;

test('PostgreSQL takes what it is given, the same seed gives the same rows, and nothing is left', async () => {
  await toolPath('keeper');
  const postgres = await startPostgres();
  const [first = '', second, other] = await Promise.all(
    [7, 7, 8].map(async (seed, at) => {
      await postgres.sql('postgres', `CREATE DATABASE shop${at}`);
      await postgres.sql(`shop${at}`, shopSql({ seed, rows: 100 }));
      return postgres.sql(`shop${at}`, hashed);
    }),
  );
  expect(first).toMatch(/^-?\d+$/);
  expect(second).toBe(first);
  expect(other).not.toBe(first);
  await expect(postgres.sql('shop0', 'SELECT 1/0')).rejects.toThrow('division by zero');

  await postgres.stop();
  expect(leftOf(postgres.directory)).toEqual([]);
  expect(existsSync(postgres.directory)).toBe(false);
}, 600_000);

test('MariaDB likewise', async () => {
  const mariadb = await startMariaDb();
  const sums: string[] = [];
  for (const [at, seed] of [7, 7, 8].entries()) {
    await mariadb.sql('', `CREATE DATABASE shop${at}`);
    await mariadb.sql(`shop${at}`, mariaShopSql({ seed, rows: 100 }));
    sums.push(
      await mariadb
        .sql(`shop${at}`, 'CHECKSUM TABLE orders, odd, counters')
        .then((text) => text.replaceAll(/shop\d/g, '')),
    );
  }
  expect(sums[0]).toMatch(/\.orders\t\d+/);
  expect(sums[1]).toBe(sums[0]);
  expect(sums[2]).not.toBe(sums[0]);

  const args = [
    '--no-defaults',
    '--host=127.0.0.1',
    `--port=${mariadb.port}`,
    '--user=shop',
    '--skip-column-names',
  ];
  const env = { PATH: process.env['PATH'] ?? '', MYSQL_PWD: mariadb.password };
  const { stdout } = await promisify(execFile)(
    'mariadb',
    [...args, '--execute=SELECT count(*) FROM shop0.orders'],
    { env },
  );
  expect(stdout.trim()).toBe('100');

  await mariadb.stop();
  expect(leftOf(mariadb.directory)).toEqual([]);
}, 240_000);

test('nor when its starter is killed', async () => {
  await killStarter(
    `import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
     console.log((await startPostgres()).directory);`,
    () => true,
  );
}, 240_000);

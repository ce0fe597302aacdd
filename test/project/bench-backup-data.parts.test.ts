/** The data of the benchmark are the same on every machine: held against a committed value, in a small size. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dataSql } from '../../bench/backup/generator.ts';
import { startPostgres } from '../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../sandbox/databases/postgresql.ts';
import { toolPath } from '../sandbox-parts/tools.ts';

let postgres: Postgres;
beforeAll(async () => {
  await toolPath('keeper');
  postgres = await startPostgres();
}, 300_000);
afterAll(() => postgres.stop());

const tables = ['orders', 'events', 'documents', 'files'] as const;

async function fingerprint(seed: number): Promise<string[]> {
  const name = `data_${seed}_${Math.random().toString(36).slice(2)}`;
  await postgres.sql('postgres', `CREATE DATABASE ${name}`);
  await postgres.sql(name, dataSql({ seed, megabytes: 1 }));
  const rows = tables.map(
    (table) =>
      `SELECT '${table} ' || count(*) || ' ' || sum(hashtextextended(t::text, 0)) FROM store.${table} AS t`,
  );
  const objects = `SELECT 'large ' || count(*) || ' ' || md5(string_agg(md5(lo_get(oid)), '' ORDER BY oid)) FROM pg_largeobject_metadata`;
  const settings = `SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET bytea_output = 'hex';`;
  return (await postgres.sql(name, `${settings}\n${[...rows, objects].join(';\n')}`)).split('\n');
}

test('the same seed gives the same rows, another one others', async () => {
  const [one, again, other] = [await fingerprint(7), await fingerprint(7), await fingerprint(8)];
  expect(one).toEqual([
    'orders 700 -204995990440483169403',
    'events 2600 -145188760814591965615',
    'documents 18 -40400512291094097982',
    'files 58 54488592906637105612',
    'large 1 8f5eb60b94f77825568c7b591f04e82e',
  ]);
  expect(again).toEqual(one);
  for (const [at, line] of other.entries()) expect(line).not.toBe(one[at]);
}, 120_000);

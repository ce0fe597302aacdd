/** Archives of the real pg_dump: through a pipe and into a file, which it goes back into. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { walkPgArchive } from '../../../lib/domain/database/pg-archive-walk.ts';
import { walkTar } from '../../../lib/domain/database/tar-walk.ts';
import { Walk } from '../../../lib/domain/database/walk.ts';
import type { Steps, Whole } from '../../../lib/domain/database/walk.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';

const run = promisify(execFile);
let postgres: Postgres;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-archive-'));
  postgres = await startPostgres();
  await postgres.sql('postgres', 'CREATE DATABASE shop');
  await postgres.sql('shop', shopSql({ seed: 5, rows: 3_000 }));
  await postgres.sql(
    'shop',
    `CREATE TABLE empty (a int);
     CREATE MATERIALIZED VIEW counted AS SELECT 1 AS one;
     SELECT lo_from_bytea(0, convert_to(repeat('large ', 20000), 'UTF8')), lo_from_bytea(0, '');
     CREATE PUBLICATION every FOR ALL TABLES;`,
  );
}, 600_000);
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function dump(form: string, ...args: string[]): Promise<Buffer> {
  const argv = ['-h', postgres.socket, '-p', String(postgres.port), '-U', 'postgres', form, ...args, 'shop'];
  const { stdout } = await run('pg_dump', argv, { encoding: 'buffer', maxBuffer: 1e9 });
  return stdout;
}

function isWhole(bytes: Buffer, steps: () => Steps<Whole> = walkPgArchive): boolean | undefined {
  const walk = new Walk(steps());
  for (let at = 0; at < bytes.length; at += 4_999) walk.see(bytes.subarray(at, at + 4_999));
  return walk.isWhole();
}

test.each<[string, string[]]>([
  ['as it is', []],
  ['not compressed', ['-Z0']],
  ['with large objects and nothing of the schema', ['--data-only', '--blobs']],
  ['of the schema alone', ['--schema-only']],
  ['of one table', ['--table=empty']],
])(
  '%s: whole through a pipe and as a file; cut anywhere it is not',
  async (_, args) => {
    const piped = await dump('-Fc', ...args);
    expect(isWhole(piped)).toBe(true);
    const file = join(folder, 'dump');
    await dump('-Fc', ...args, '-f', file);
    expect(isWhole(await readFile(file))).toBe(true);
    const step = Math.max(1, Math.floor(piped.length / 500));
    for (let length = 11; length < piped.length; length += step)
      expect([length, isWhole(piped.subarray(0, length))]).toEqual([length, false]);
  },
  120_000,
);

test('-Ft: a tar', async () => {
  const tar = await dump('-Ft');
  expect(isWhole(tar, walkTar)).toBe(true);
  expect(isWhole(tar.subarray(0, tar.length / 2), walkTar)).toBe(false);
});

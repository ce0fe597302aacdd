/** backup-db as a step, to a directory of another host: a real PostgreSQL, a real OpenSSH on both sides. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serverAccount } from '../../sandbox/databases/account.ts';
import { startPostgres } from '../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../sandbox/databases/postgresql.ts';
import { startSshServer } from '../../sandbox/ssh/server.ts';
import type { SshServer } from '../../sandbox/ssh/server.ts';
import { startStep } from './support/step.ts';
import type { Ending, With } from './support/step.ts';

let postgres: Postgres;
let vault: SshServer;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'slipway-backup-ssh-'));
  postgres = await startPostgres();
  await (await serverAccount('postgres')).take(scratch);
  vault = await startSshServer({ user: 'postgres' });
  await postgres.sql('postgres', 'CREATE DATABASE shop');
  await postgres.sql('shop', 'CREATE TABLE t AS SELECT generate_series(1, 50000) AS n');
}, 600_000);
afterAll(async () => {
  await Promise.all([postgres.stop(), vault.stop()]);
  await rm(scratch, { recursive: true, force: true });
});

const run = async (inputs: With): Promise<Ending> => {
  const step = await startStep({
    action: 'backup-db',
    inputs: {
      engine: 'postgresql',
      destination: `ssh://${vault.user}@${vault.host}:${vault.port}${scratch}/backups`,
      'destination-ssh-key': vault.key,
      'destination-known-hosts': vault.knownHosts,
      ...inputs,
    },
    env: { PATH: process.env['PATH'] ?? '' },
    secrets: [postgres.password, vault.key.split('\n')[2] ?? vault.key],
    commands: '',
  });
  return step.ended;
};
const database = (): With => ({
  url: `postgresql://postgres@127.0.0.1:${postgres.port}/shop`,
  password: postgres.password,
  'max-throughput': '100MB/s',
  'extra-args': '--no-comments',
});

test('backed up there, found there, and let go there', async () => {
  const none = await run({ mode: 'check', database: 'shop' });
  expect([none.result, none.reason]).toEqual([
    'failure',
    expect.stringMatching(/has no backup.*none at all/),
  ]);

  for (const _ of [1, 2]) {
    const done = await run({ ...database(), keep: '{ last: 1 }' });
    expect([done.result, done.log]).toEqual(['success', expect.any(String)]);
    expect(done.outputs['uri']).toMatch(
      /^ssh:\/\/postgres@127\.0\.0\.1:\d+\/.*\/backups\/postgresql\/shop\//,
    );
  }
  const folders = await readdir(join(scratch, 'backups/postgresql/shop'));
  expect(folders).toHaveLength(1);
  expect(await readdir(join(scratch, 'backups/postgresql/shop', folders[0] ?? ''))).toEqual([
    'dump.pgdump.zst',
    'globals.sql.zst',
    'manifest.complete.json',
  ]);
  const check = await run({ mode: 'check', database: 'shop', 'max-age': '1h' });
  expect(check.result).toBe('success');
}, 240_000);

test('a host whose key is not known is refused', async () => {
  const other = vault.knownHosts.replace(']:', ']:1');
  const done = await run({ mode: 'check', database: 'shop', 'destination-known-hosts': other });
  expect(done.result).not.toBe('success');
  expect(done.reason).toMatch(/host/i);
}, 240_000);

/** What every way works on: a PostgreSQL with the data in it, an object store, a folder on the same disk. */
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { startPostgres } from '../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../sandbox/databases/postgresql.ts';
import { installPackages, isCommand } from '../../sandbox/packages.ts';
import { startVersitygw } from '../../sandbox/storage/versitygw.ts';
import type { Versitygw } from '../../sandbox/storage/versitygw.ts';
import { cpuSecondsOf, pidsWith } from '../kit/tree-cost.ts';
import { dataSql } from './generator.ts';

export interface Setting {
  readonly postgres: Postgres;
  readonly store: Versitygw;
  /** Where the files of a way lie while it is measured. */
  readonly folder: string;
  /** An age key; who has its other half is not known here. */
  readonly recipient: string;
  /** The script of backup-db. */
  readonly entry: string;
  readonly servers: Servers;
}

/** User and system time of the servers so far, in seconds: they are no children of who uses them. */
export interface Servers {
  /** Resolves when nobody is connected to the database any more: only then a backend's time is known. */
  readonly database: (name: string) => Promise<number>;
  readonly store: () => number;
}

export const seed = 7;

/** Opened on the stack, which ends it all. */
export async function openSetting(entry: string, stack: AsyncDisposableStack): Promise<Setting> {
  await installPackages(() => ['zstd', 'gzip'].filter((name) => !isCommand(name)));
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-backup-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = stack.use(await startPostgres());
  const store = stack.use(await startVersitygw());
  const recipient = await identityToRecipient(await generateX25519Identity());
  return { postgres, store, folder, recipient, entry, servers: serversOf(postgres, store) };
}

/** Makes a database with so many MiB in it, and drops it when the stack ends. Returns its name. */
export async function fillDatabase(postgres: Postgres, megabytes: number): Promise<string> {
  const name = `bench_${megabytes}`;
  await postgres.sql('postgres', `CREATE DATABASE ${name}`);
  await postgres.sql(name, dataSql({ seed, megabytes }));
  // Now, and not while the first way is measured.
  await postgres.sql(name, 'VACUUM FREEZE; CHECKPOINT');
  return name;
}

function serversOf(postgres: Postgres, store: Versitygw): Servers {
  const [postmaster = ''] = readFileSync(join(postgres.directory, 'data/postmaster.pid'), 'utf8').split('\n');
  const port = new URL(store.url).port;
  const gateways = pidsWith(`127.0.0.1:${port}`);
  return {
    async database(name) {
      const busy = `SELECT count(*) FROM pg_stat_activity WHERE datname = '${name}'`;
      do await sleep(50);
      while ((await postgres.sql('postgres', busy)) !== '0');
      // Gone from the list, and a moment later waited for.
      await sleep(100);
      return cpuSecondsOf(Number(postmaster));
    },
    store: () => Math.max(...gateways.map(cpuSecondsOf)),
  };
}

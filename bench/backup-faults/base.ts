/** What all runs share: a server with the data to be copied into each run's own database, a store, an age key. */
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { startPostgres } from '../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../sandbox/databases/postgresql.ts';
import { installPackages, isCommand } from '../../sandbox/packages.ts';
import { startVersitygw } from '../../sandbox/storage/versitygw.ts';
import type { Versitygw } from '../../sandbox/storage/versitygw.ts';
import { dataSql } from '../backup/generator.ts';
import { startTool } from '../kit/run-tool.ts';
import { Wire } from './wire.ts';

export interface Base {
  readonly postgres: Postgres;
  readonly store: Versitygw;
  readonly recipient: string;
  readonly identity: string;
  /** What a whole dump brings from the server, in bytes. */
  readonly dumpBytes: number;
  /** The script of backup-db. */
  readonly entry: string;
}

/** Some 18 MB when compressed: three parts. */
const megabytes = 48;
const seed = 11;
export const full = 'faults_full';
export const clerk = { user: 'clerk', password: 'clerk' } as const;

/** May read everything but one table. */
const clerkSql = `CREATE USER ${clerk.user} PASSWORD '${clerk.password}';
GRANT USAGE ON SCHEMA store TO ${clerk.user};
GRANT SELECT ON store.orders, store.events, store.documents TO ${clerk.user};
DO $$ DECLARE lo oid; BEGIN FOR lo IN SELECT oid FROM pg_largeobject_metadata LOOP
  EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO ${clerk.user}', lo); END LOOP; END $$;`;

/** Opened on the stack, which ends it all. */
export async function openBase(entry: string, stack: AsyncDisposableStack): Promise<Base> {
  const tools = { zstd: 'zstd', gzip: 'gzip', aws: 'awscli' };
  await installPackages(() =>
    Object.entries(tools).flatMap(([name, from]) => (isCommand(name) ? [] : [from])),
  );
  const postgres = stack.use(await startPostgres());
  const store = stack.use(await startVersitygw());
  const identity = await generateX25519Identity();
  await postgres.sql('postgres', `CREATE DATABASE ${full}`);
  await postgres.sql(full, dataSql({ seed, megabytes }) + clerkSql);
  const recipient = await identityToRecipient(identity);
  return { postgres, store, identity, recipient, entry, dumpBytes: await bytesOfDump(postgres) };
}

async function bytesOfDump({ port, password }: Postgres): Promise<number> {
  await using wire = await Wire.open({ host: '127.0.0.1', port });
  await startTool(['sh', '-c', 'pg_dump -Fc -Z0 >/dev/null'], {
    PGHOST: '127.0.0.1',
    PGPORT: String(wire.port),
    PGUSER: 'postgres',
    PGPASSWORD: password,
    PGDATABASE: full,
    PGSSLMODE: 'disable',
  }).ended;
  return wire.most;
}

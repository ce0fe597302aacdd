/** A source database, what is dumped of it, and scratch servers' ports as a step has them. */
import { randomBytes } from 'node:crypto';
import { connectMysql } from '../../../lib/adapters/mysql/connect.ts';
import { connectPostgres } from '../../../lib/adapters/postgresql/connect.ts';
import { connectScratchMysql } from '../../../lib/adapters/scratch/connect-mysql.ts';
import { connectScratchPostgres } from '../../../lib/adapters/scratch/connect-postgresql.ts';
import type { ScratchPorts } from '../../../lib/adapters/scratch/ports.ts';
import type { Version } from '../../../lib/domain/database/versions.ts';
import type { Files } from '../../../lib/ports/files.ts';
import type { Contents, Database } from '../../../lib/ports/database.ts';
import type { ScratchOrder } from '../../../lib/ports/scratch.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import type { MariaDb } from '../../../sandbox/databases/mariadb.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { shopSql as mariaDbShopSql } from '../../../sandbox/databases/shop-mariadb.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';
import type { ShopOrder } from '../../../sandbox/databases/shop-postgresql.ts';
import { collect } from '../../support/bytes.ts';
import { filesIn } from '../../support/private-files.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface TestPorts extends ScratchPorts {
  readonly files: Files;
  /** What was warned of. */
  readonly warnings: string[];
  readonly notes: string[];
}

/** `lifetime` is an hour where it is not given. */
export function scratchPorts(folder: string, env: Env, lifetime = 3_600_000): TestPorts {
  const files = filesIn(folder);
  const warnings: string[] = [];
  const notes: string[] = [];
  const stream = processStreams(env);
  return {
    clock: systemClock,
    log: {
      info: (line) => void notes.push(line),
      warn: (line) => void warnings.push(line),
      debug: () => undefined,
    },
    spawn: processSpawn(env),
    stream,
    hex: () => randomBytes(4).toString('hex'),
    lifetime,
    connect: (target) =>
      (target.engine === 'postgresql' ? connectScratchPostgres : connectScratchMysql)(target, {
        files,
        stream,
        path: env['PATH'] ?? '',
      }),
    files,
    warnings,
    notes,
  };
}

export const version = (major: number): Version => ({
  engine: 'postgresql',
  major,
  minor: 0,
  text: `${major}.0`,
});

export const order: ScratchOrder = { engine: 'postgresql', version: version(15), bytes: 50_000_000 };

export const sourceAt = (
  { socket, port }: Postgres,
  { files, spawn, stream }: TestPorts,
  database = 'shop',
): Promise<Database> =>
  connectPostgres(
    {
      engine: 'postgresql',
      place: { kind: 'url', host: socket, port, sslMode: 'disable' },
      database,
      user: 'postgres',
    },
    { files, spawn, stream },
  );

export interface Dumped {
  readonly bytes: Buffer;
  readonly contents: Contents;
}

/** What `probe` says of a source, as a scratch server is ordered by it. */
export async function orderOf(database: Database): Promise<ScratchOrder> {
  const { server, bytes, encoding, locale } = await database.probe();
  return { engine: server.engine, version: server, bytes, encoding, locale };
}

export async function dumped(database: Database): Promise<Dumped> {
  const dump = await database.dump({ fingerprint: 'rows', withoutRows: [] });
  try {
    return { bytes: await collect(dump.bytes), contents: await dump.contents };
  } finally {
    await dump.close();
  }
}

/** Puts a shop into a source, and dumps it. */
export async function shopDumped(source: Postgres, shop: ShopOrder, ports: TestPorts): Promise<Dumped> {
  await source.sql('postgres', 'CREATE DATABASE shop');
  await source.sql('shop', shopSql(shop));
  return dumped(await sourceAt(source, ports));
}

/** The same of a MariaDB, not dumped yet. */
export async function mariaDbShop(source: MariaDb, shop: ShopOrder, ports: TestPorts): Promise<Database> {
  await source.sql('', 'CREATE DATABASE shop');
  await source.sql('shop', mariaDbShopSql(shop));
  const { password, port } = source;
  const place = { kind: 'url', host: '127.0.0.1', port, sslMode: 'prefer' } as const;
  return connectMysql({ engine: 'mariadb', place, database: 'shop', user: 'shop', password }, ports);
}

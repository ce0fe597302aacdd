/** What differs between the engines where a test puts a server of its own into a container or a pod, and a shop into it. */
import { connectMysql } from '../../../lib/adapters/mysql/connect.ts';
import { connectPostgres } from '../../../lib/adapters/postgresql/connect.ts';
import {
  loadMariaDbImage,
  pushMariaDbImage,
  rootPassword,
} from '../../../sandbox/databases/image-mariadb.ts';
import { loadPostgresImage, pushPostgresImage } from '../../../sandbox/databases/image.ts';
import { shopSql as mariaDbShop } from '../../../sandbox/databases/shop-mariadb.ts';
import { shopSql as postgresShop } from '../../../sandbox/databases/shop-postgresql.ts';
import type { ShopOrder } from '../../../sandbox/databases/shop-postgresql.ts';

export interface ServedEngine {
  readonly engine: 'postgresql' | 'mariadb';
  readonly connect: typeof connectPostgres;
  readonly dumpTool: string;
  loadImage(dockerHost: string): Promise<string>;
  pushImage(registry: string): Promise<string>;
  /** The database that one is in before any was made. */
  readonly before: string;
  /** The engine's own client: reads SQL, prints what was asked for without headings, stops at the first error. */
  client(database: string): string[];
  shopSql(order: ShopOrder): string;
  /** What a fingerprint calls the table of the shop that has as many rows as were ordered. */
  readonly orders: string;
  /** Fills an empty database with 190 MB: far more than pipes, sockets and kubectl hold. */
  readonly largeSql: string;
}

export const postgresql: ServedEngine = {
  engine: 'postgresql',
  connect: connectPostgres,
  dumpTool: 'pg_dump',
  loadImage: loadPostgresImage,
  pushImage: pushPostgresImage,
  before: 'postgres',
  client: (database) => [...'psql -XqAt -v ON_ERROR_STOP=1 -U shop -f - -d'.split(' '), database],
  shopSql: postgresShop,
  orders: 'shop.orders',
  largeSql: 'CREATE TABLE t AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 200000) AS n',
};

export const mariadb: ServedEngine = {
  engine: 'mariadb',
  connect: connectMysql,
  dumpTool: 'mariadb-dump',
  loadImage: loadMariaDbImage,
  pushImage: pushMariaDbImage,
  before: '',
  client: (database) => [
    ...'mariadb --batch --skip-column-names --user=root'.split(' '),
    `--password=${rootPassword}`,
    `--database=${database}`,
  ],
  shopSql: mariaDbShop,
  orders: 'orders',
  largeSql: 'CREATE TABLE t (a text); INSERT INTO t SELECT repeat(md5(seq), 30) FROM seq_1_to_200000',
};

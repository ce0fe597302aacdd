import { until } from '../../sandbox-parts/running.ts';
import type { SpawnStream } from '../../../lib/ports/process.ts';
import type { ShopOrder } from '../../../sandbox/databases/shop-postgresql.ts';
import { collect, from } from '../bytes.ts';
import type { ServedEngine } from './engines.ts';

/** A server that is asked by its own client, wherever both are. */
export interface Served {
  /** Runs SQL as who may do everything; what it printed. */
  sql(database: string, text: string): Promise<string>;
  /** Makes the database `shop`, with a shop in it. */
  makeShop(order: ShopOrder): Promise<void>;
}

export interface Asking {
  readonly engine: ServedEngine;
  readonly spawn: SpawnStream;
  /** Takes the client to its server. */
  readonly bring: (tool: readonly string[]) => string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Resolves as soon as the server answers. */
export async function served({ engine, spawn, bring, env = {} }: Asking): Promise<Served> {
  const sql = async (database: string, text: string): Promise<string> => {
    const child = await spawn({ argv: bring(engine.client(database)), env, input: from(text) });
    return String(await collect(child.stdout)).trim();
  };
  const answers = (): Promise<boolean> => sql(engine.before, 'SELECT 1').then(Boolean, () => false);
  await until('the server answers', answers, 120_000);
  return {
    sql,
    async makeShop(order) {
      await sql(engine.before, 'CREATE DATABASE shop');
      await sql('shop', engine.shopSql(order));
    },
  };
}

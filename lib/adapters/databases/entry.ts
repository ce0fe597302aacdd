/** Bundled on its own as dist/databases: the adapters of every engine, for actions that only sometimes look into one. */
import type { Locator } from '../../domain/database/locator.ts';
import type { Database } from '../../ports/database.ts';
import { connectMysql } from '../mysql/connect.ts';
import { connectPostgres } from '../postgresql/connect.ts';
import type { ConnectOptions } from '../database-place/way.ts';

/** Asks the server nothing yet; of a cluster, which pod a selector means. */
export const connect = (locator: Locator, options: ConnectOptions): Promise<Database> =>
  locator.engine === 'postgresql' ? connectPostgres(locator, options) : connectMysql(locator, options);

export type { ConnectOptions };

import { describeLocator } from '../../domain/database/locator.ts';
import type { Locator } from '../../domain/database/locator.ts';
import type { Database } from '../../ports/database.ts';
import { wayTo } from '../database-place/way.ts';
import type { ConnectOptions } from '../database-place/way.ts';
import { postgresDatabase } from './client.ts';
import { localConnection, remoteConnection } from './connection.ts';

/** The Database port for a locator. Nothing is asked of the server yet; a pod's selector is resolved. */
export async function connectPostgres(locator: Locator, options: ConnectOptions): Promise<Database> {
  const { password, place } = locator;
  const containers = place.kind === 'docker' || place.kind === 'kubernetes';
  const connection =
    place.kind === 'url'
      ? await localConnection(locator, place, options.files)
      : remoteConnection(locator, await wayTo(place, password, options), { containers });
  return postgresDatabase({ spawn: options.stream, connection, described: describeLocator(locator) });
}

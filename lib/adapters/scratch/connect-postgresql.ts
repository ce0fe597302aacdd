import type { Files } from '../../ports/files.ts';
import type { Database } from '../../ports/database.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { postgresDatabase } from '../postgresql/client.ts';
import { localConnection, remoteConnection } from '../postgresql/connection.ts';
import type { Connection } from '../postgresql/connection.ts';
import type { ScratchTarget } from './ports.ts';

export interface ConnectPorts {
  readonly files: Files;
  readonly stream: SpawnStream;
  /** PATH of this step. */
  readonly path: string;
}

/** PostgreSQL's own adapter for a scratch server, with the tools that came with the server. */
export async function connectScratchPostgres(
  target: ScratchTarget,
  { files, stream, path }: ConnectPorts,
): Promise<Database> {
  const { reach, engine, user, database, described, socket } = target;
  const place = { kind: 'url', host: socket, port: 5432, sslMode: 'disable' } as const;
  const locator = { engine, place, database, user };
  const connection =
    reach.kind === 'here'
      ? withPath(await localConnection(locator, place, files), `${reach.programs}:${path}`)
      : remoteConnection(locator, reach.way, { containers: true });
  return postgresDatabase({ spawn: stream, connection, described });
}

const withPath = (connection: Connection, path: string): Connection => ({
  ...connection,
  way: { ...connection.way, env: { ...connection.way.env, PATH: path } },
  beside: (name) => withPath(connection.beside(name), path),
});

import type { Database } from '../../ports/database.ts';
import { mysqlDatabase } from '../mysql/client.ts';
import { localConnection, remoteConnection } from '../mysql/connection.ts';
import type { ConnectPorts } from './connect-postgresql.ts';
import type { ScratchTarget } from './ports.ts';

/** The adapter of MySQL and MariaDB for a scratch server, with the tools that came with the server. */
export async function connectScratchMysql(
  target: ScratchTarget,
  { files, stream, path }: ConnectPorts,
): Promise<Database> {
  const { reach, engine, user, database, described, socket } = target;
  const file = `${socket}/server.sock`;
  const place = { kind: 'url', host: file, port: 3306, sslMode: 'disable' } as const;
  const locator = { engine, place, database, user };
  if (reach.kind === 'there') {
    const remote = remoteConnection(locator, reach.way, { containers: true });
    // The image's own option files may name the socket of its own server.
    const access = ['--no-defaults', '--protocol=socket', `--socket=${file}`, `--user=${user}`];
    return mysqlDatabase({ spawn: stream, connection: { ...remote, access: async () => access }, described });
  }
  const local = localConnection(locator, place, files);
  const env = { ...local.way.env, PATH: `${reach.programs}:${path}` };
  return mysqlDatabase({ spawn: stream, connection: { ...local, way: { ...local.way, env } }, described });
}

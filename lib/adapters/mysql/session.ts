import { openClient } from '../database-place/client-session.ts';
import type { ClientSession } from '../database-place/client-session.ts';
import { TargetError } from '../../domain/errors.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { sessionArgv } from './argv.ts';
import type { Connection } from './connection.ts';
import { literal } from './literal.ts';
import type { Tool } from './toolset.ts';

/** One client that stays: its lock lives as long as it does. It holds no transaction, so it keeps nothing from anybody. */
export interface Session extends ClientSession {
  /**
   * Asks for rows that are one JSON value each. Not one value for all: MariaDB's JSON_ARRAYAGG cuts what is longer
   * than group_concat_max_len, and says nothing.
   */
  rows<Row>(sql: string): Promise<Row[]>;
  /** Asks for exactly one such row. */
  row<Row>(sql: string): Promise<Row>;
}

/** Opens a session; rejects where the server lets nobody in. */
export async function openSession(
  spawn: SpawnStream,
  connection: Connection,
  client: Tool,
  { subject, signal }: { readonly subject: string; readonly signal?: AbortSignal },
): Promise<Session> {
  const { way, database, encrypted } = connection;
  const access = await connection.access(client.version.engine);
  const opened = await openClient(spawn, way, {
    argv: sessionArgv(client, { access, database }),
    sayMark: (mark) => `SELECT ${literal(mark)};`,
    ...(signal === undefined ? {} : { signal }),
  });
  const rows = async <Row>(sql: string): Promise<Row[]> =>
    (await opened.ask(sql)).map((line) => JSON.parse(line) as Row);
  const session: Session = {
    ...opened,
    rows,
    async row<Row>(sql: string) {
      const [first] = await rows<Row>(sql);
      if (first === undefined) throw new Error(`no answer to ${sql}`);
      return first;
    },
  };
  try {
    await session.ask(settings);
    if (encrypted) await refusePlain(session, subject);
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

/**
 * With no sql_mode text is quoted in one way everywhere. A session that waits for its dump must not be ended for being
 * idle, nor wait for a table for the year that the server would. The comments are code to MySQL from 8.0.17
 * on, and to MariaDB.
 */
const settings = `SET SESSION sql_mode = '', time_zone = '+00:00', wait_timeout = 2147483, lock_wait_timeout = 60
/*!80017 , information_schema_stats_expiry = 0, max_execution_time = 0, print_identified_with_as_hex = ON */
/*M!100101 , max_statement_time = 0 */`;

/** MariaDB's client goes on in the clear where the server has no TLS, whatever \`ssl\` says. */
async function refusePlain(session: Session, subject: string): Promise<void> {
  const [status = ''] = await session.ask(`SHOW SESSION STATUS LIKE 'Ssl_cipher'`);
  if ((status.split('\t')[1] ?? '') !== '') return;
  throw new TargetError('the connection is not encrypted, as sslmode asks for it: the server has no TLS', {
    subject,
    remedy: 'set up TLS on the server, or sslmode=prefer where the way to it is private',
  });
}

import type { ToolError } from '../../domain/errors.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { openClient } from '../database-place/client-session.ts';
import type { ClientSession } from '../database-place/client-session.ts';
import { psqlArgv } from './argv.ts';
import type { Connection } from './connection.ts';

/** One psql that stays: its transaction, and so its snapshot, lives as long as it does. */
export interface Session extends ClientSession {
  /** Asks for one JSON value on one line, as `jsonb` prints it. */
  json<Value>(sql: string): Promise<Value>;
}

/** Opens a session; rejects where the server lets nobody in. */
export async function openSession(
  spawn: SpawnStream,
  { way, conninfo }: Connection,
  signal?: AbortSignal,
): Promise<Session> {
  const client = await openClient(spawn, way, {
    argv: psqlArgv(conninfo),
    sayMark: (mark) => `\\echo ${mark}`,
    ...(signal === undefined ? {} : { signal }),
  });
  const session: Session = {
    ...client,
    json: async <Value>(sql: string) => JSON.parse((await client.ask(sql)).join('\n')) as Value,
  };
  try {
    await session.ask(settings);
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

/**
 * What a row looks like as text must not depend on who asks, and a session that waits for its dump must not be ended
 * for being idle. With an empty search path every name comes qualified. Where the server can (from 14 on), it looks
 * whether we are still there while it works, so that the lock of one that was killed does not outlive it.
 */
const settings = `SET client_encoding = 'UTF8';
SET search_path = '';
SET standard_conforming_strings = on;
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET TimeZone = 'UTC';
SET extra_float_digits = 3;
SET bytea_output = 'hex';
SET lc_monetary = 'C';
SET xmloption = 'content';
SET row_security = off;
SET statement_timeout = 0;
SET lock_timeout = '60s';
SET idle_in_transaction_session_timeout = 0;
DO $$ BEGIN PERFORM pg_catalog.set_config('client_connection_check_interval', '5s', false);
  EXCEPTION WHEN OTHERS THEN NULL; END $$`;

/** The server's own words of a failure, without where psql read them. */
export const complaintOf = (error: ToolError): string =>
  error.lastLines.map((line) => line.replace(/^psql:<stdin>:\d+: /, '')).join('\n');

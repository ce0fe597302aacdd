import { randomUUID } from 'node:crypto';
import { UnreachableError } from '../../domain/errors.ts';
import type { ToolError } from '../../domain/errors.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { startTool } from '../database-place/tools.ts';
import { psqlArgv } from './argv.ts';
import type { Connection } from './connection.ts';

/** One psql that stays: its transaction, and so its snapshot, lives as long as it does. */
export interface Session {
  /** Runs SQL; the lines of its answer. The first error ends the session, and every later question fails as it did. */
  ask(sql: string): Promise<string[]>;
  /** Asks for one JSON value on one line, as `jsonb` prints it. */
  json<Value>(sql: string): Promise<Value>;
  /** Ends it; an open transaction is rolled back. Never rejects. */
  close(): Promise<void>;
}

interface Question {
  readonly mark: string;
  readonly lines: string[];
  resolve(lines: string[]): void;
  reject(error: unknown): void;
}

/** Opens a session; rejects where the server lets nobody in. */
export async function openSession(
  spawn: SpawnStream,
  connection: Connection,
  signal?: AbortSignal,
): Promise<Session> {
  const input = new Mailbox();
  const run = await startTool(spawn, connection.way, psqlArgv(connection.conninfo), {
    accounted: 'none',
    input: input.bytes(),
    ...(signal === undefined ? {} : { signal }),
  });
  const waiting: Question[] = [];
  let over: { readonly error: unknown } | undefined;
  const end = (error: unknown): void => {
    over ??= { error };
    for (const question of waiting.splice(0)) question.reject(over.error);
    input.close();
  };
  const answer = (line: string): void => {
    const [question] = waiting;
    if (question === undefined) return;
    if (line !== question.mark) question.lines.push(line);
    else waiting.shift()?.resolve(question.lines);
  };
  // An answer counts only with its mark behind it, so a session that broke off never answers short.
  const reading = (async () => {
    for await (const line of linesOf(run.output.bytes)) answer(line);
    end(new UnreachableError('psql ended before it had answered'));
  })().catch(end);

  const ask = (sql: string): Promise<string[]> =>
    new Promise((resolve, reject) => {
      if (over !== undefined) return reject(over.error);
      const mark = `slipway-${randomUUID()}`;
      waiting.push({ mark, lines: [], resolve, reject });
      input.post(`${sql};\n\\echo ${mark}\n`);
    });
  const session: Session = {
    ask,
    async json<Value>(sql: string) {
      return JSON.parse((await ask(sql)).join('\n')) as Value;
    },
    async close() {
      input.close();
      await run.stop();
      await reading;
    },
  };
  try {
    await ask(settings);
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

/**
 * What a row looks like as text must not depend on who asks, and a session that waits for its dump must not be ended
 * for being idle. With an empty search path every name comes qualified.
 */
const settings = `SET client_encoding = 'UTF8';
SET search_path = '';
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
SET idle_in_transaction_session_timeout = 0`;

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** What is posted comes out as a stream, until it is closed. */
class Mailbox {
  readonly #posted: Uint8Array[] = [];
  #closed = false;
  #wake: () => void = () => undefined;

  post(text: string): void {
    this.#posted.push(new TextEncoder().encode(text));
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#posted.shift();
      if (next !== undefined) yield next;
      else if (this.#closed) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** The server's own words of a failure, without where psql read them. */
export const complaintOf = (error: ToolError): string =>
  error.lastLines.map((line) => line.replace(/^psql:<stdin>:\d+: /, '')).join('\n');

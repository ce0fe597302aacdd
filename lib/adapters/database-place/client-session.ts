import { randomUUID } from 'node:crypto';
import { UnreachableError } from '../../domain/errors.ts';
import type { SpawnStream } from '../../ports/process.ts';
import { startTool } from './tools.ts';
import type { Way } from './tools.ts';

/** One client of a database server that stays: what it holds, it holds for as long as it lives. */
export interface ClientSession {
  /** Runs SQL; the lines of its answer. The first error ends the session, and every later question fails as it did. */
  ask(sql: string): Promise<string[]>;
  /** Ends it; what it held is given back. Never rejects. */
  close(): Promise<void>;
}

export interface ClientOrder {
  /** The client with its arguments: it reads questions from standard input and ends at the first error. */
  readonly argv: readonly string[];
  /** What makes it print a mark on a line of its own: the end of an answer. */
  readonly sayMark: (mark: string) => string;
  readonly signal?: AbortSignal;
}

interface Question {
  readonly mark: string;
  readonly lines: string[];
  resolve(lines: string[]): void;
  reject(error: unknown): void;
}

/** Starts a client; whether the server lets it in is seen by the first question. */
export async function openClient(spawn: SpawnStream, way: Way, order: ClientOrder): Promise<ClientSession> {
  const { argv, sayMark, signal } = order;
  const input = new Mailbox();
  const run = await startTool(spawn, way, argv, {
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
    end(new UnreachableError(`${argv[0]} ended before it had answered`));
  })().catch(end);
  return {
    ask: (sql) =>
      new Promise((resolve, reject) => {
        if (over !== undefined) return reject(over.error);
        const mark = `slipway-${randomUUID()}`;
        waiting.push({ mark, lines: [], resolve, reject });
        input.post(`${sql};\n${sayMark(mark)}\n`);
      }),
    async close() {
      input.close();
      await run.stop();
      await reading;
    },
  };
}

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

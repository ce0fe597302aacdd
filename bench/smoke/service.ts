/** Our end of the service that is asked. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { Order, Seen } from './server-process.ts';

export class Service implements Disposable {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #gone: AbortSignal;

  private constructor(process: ChildProcess, gone: AbortSignal, port: number) {
    this.#process = process;
    this.#gone = gone;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(): Promise<Service> {
    const process = fork(join(import.meta.dirname, 'server-process.ts'));
    const gone = new AbortController();
    process.once('exit', (code) => gone.abort(new Error(`the service ended with ${code}`)));
    const port = await next<number>(process, gone.signal);
    return new Service(process, gone.signal, port);
  }

  /** Counts anew; answers 503 for so long, from when it is first asked. */
  async begin(unhealthyFor: Milliseconds): Promise<void> {
    await this.#ask({ begin: { unhealthyFor } });
  }

  seen(): Promise<Seen> {
    return this.#ask<Seen>('seen');
  }

  [Symbol.dispose](): void {
    if (this.#process.connected) this.#process.disconnect();
  }

  #ask<Answer>(order: Order): Promise<Answer> {
    this.#process.send(order);
    return next<Answer>(this.#process, this.#gone);
  }
}

async function next<Answer>(process: ChildProcess, signal: AbortSignal): Promise<Answer> {
  const [answer] = (await once(process, 'message', { signal })) as [Answer];
  return answer;
}

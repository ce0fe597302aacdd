/** A clock that a test moves, and services that answer as told: what checks ask, without a network. */
import { parseChecks } from '../../../lib/domain/checks/parse.ts';
import { parseIdentity } from '../../../lib/domain/checks/parse-identity.ts';
import type { Check, ChecksOutcome, HttpRequest, Via } from '../../../lib/domain/checks/types.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { ProbeFailure } from '../../../lib/ports/probes.ts';
import type { HttpAnswer, ProbeOptions } from '../../../lib/ports/probes.ts';
import type { Exit } from '../../../lib/ports/process.ts';
import { runChecks } from '../../../lib/steps/run-checks.ts';
import type { CheckOrder, CheckPorts } from '../../../lib/steps/run-checks.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time stands still while anything can be done, then leaps to whoever sleeps the shortest. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  readonly #sleepers = new Set<Sleeper>();

  readonly now = (): number => this.#now;

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper = { at: this.#now + Math.max(ms, 0), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
      if (signal?.aborted === true) stop();
    });
  }

  /** Lets time pass until the work is done, or has failed. */
  async until<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = (): void => void (over = true);
    work.then(end, end);
    for (;;) {
      // Whatever waits for nothing but promises goes on first.
      await new Promise((resolve) => setImmediate(resolve));
      if (over) return work;
      const next = [...this.#sleepers].reduce<Sleeper | undefined>(
        (first, each) => (first === undefined || each.at < first.at ? each : first),
        undefined,
      );
      if (next === undefined) throw new Error('it waits for something that never comes');
      this.#sleepers.delete(next);
      this.#now = next.at;
      next.wake();
    }
  }
}

export interface Asked {
  /** Milliseconds since the beginning. */
  readonly at: number;
  /** The path alone. */
  readonly path: string;
  readonly resolve: string | undefined;
  /** How long the answer was waited for at most. */
  readonly timeout: number;
}

/** An answer, or how asking fails; `after` so many milliseconds, `Infinity` for never. */
export type Reply = Partial<HttpAnswer> & { readonly after?: number; readonly fails?: string };

export class World {
  readonly clock = new ManualClock();
  readonly began = this.clock.now();
  readonly asked: Asked[] = [];
  readonly said: string[] = [];
  readonly cancel = new AbortController();
  /** How a path is answered, the time being so many milliseconds since the beginning. */
  reply: (path: string, at: number, asked: Asked) => Reply = () => ({});
  /** How a forward fails, if it does. */
  refuse: ((via: Via) => Error | undefined) | undefined;
  /** What a command ends with. */
  exit: Partial<Exit> | Error = {};
  /** More ports: a cluster, a registry. */
  ports: Partial<CheckPorts> = {};
  /** Questions under way now, and at most. */
  underWay = 0;
  mostUnderWay = 0;
  readonly forwards: string[] = [];
  closed = 0;

  get elapsed(): number {
    return this.clock.now() - this.began;
  }

  /** `checks` and `identity` as an author writes them. */
  run(
    checks: string,
    { identity, ...order }: Partial<Omit<CheckOrder, 'checks' | 'identity'>> & { identity?: string } = {},
  ): Promise<ChecksOutcome> {
    const who =
      identity === undefined ? undefined : read(parseIdentity(identity, { namespace: 'prod', url: '' }));
    return this.clock.until(
      runChecks(
        {
          checks: checksOf(checks),
          timeout: 60_000,
          ...(who === undefined ? {} : { identity: who }),
          ...order,
        },
        this.all,
      ),
    );
  }

  get all(): CheckPorts {
    const say = (line: string): void => void this.said.push(line);
    return {
      clock: this.clock,
      log: {
        info: say,
        warn: say,
        debug: say,
        group: (_, body) => body(),
        untrusted: (lines) => lines.forEach(say),
        mask: say,
      },
      signal: this.cancel.signal,
      probes: {
        http: (request, options) => this.#ask(request, options),
        tcp: async (host, port, options) => {
          await this.#ask(requestTo(`http://${host}:${port}/tcp`, `${host}:${port}`), options);
        },
        tls: async ({ host, port }, options) => {
          const { certificate } = await this.#ask(requestTo(`https://${host}:${port}/tls`), options);
          return certificate ?? { validTo: Infinity };
        },
        finds: (pattern, text) => pattern.test(text),
      },
      forwards: {
        open: async (via) => {
          const error = this.refuse?.(via);
          if (error !== undefined) throw error;
          this.forwards.push(`${via.namespace}/${via.kind}/${via.name}:${via.port}`);
          return `127.0.0.1:${40_000 + this.forwards.length}`;
        },
        close: async () => void this.closed++,
      },
      spawn: async () => {
        if (this.exit instanceof Error) throw this.exit;
        const ended = { status: 0, stdout: '', stderr: '', duration: 1, cancelled: false, timedOut: false };
        return { ...ended, ...this.exit };
      },
      ...this.ports,
    };
  }

  async #ask({ url, resolve }: HttpRequest, { timeout, signal }: ProbeOptions): Promise<HttpAnswer> {
    const asked = { at: this.elapsed, path: new URL(url).pathname, resolve, timeout };
    this.asked.push(asked);
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      const { after = 0, fails, ...answer } = this.reply(asked.path, asked.at, asked);
      await this.clock.sleep(Math.min(after, timeout), signal);
      if (after > timeout) throw new ProbeFailure('request', 'ETIMEDOUT', `nothing within ${timeout} ms`);
      if (fails !== undefined) throw new ProbeFailure('connect', fails, 'as the system says');
      return { status: 200, headers: {}, body: '', truncated: false, ...answer };
    } finally {
      this.underWay--;
    }
  }
}

export const checksOf = (text: string): readonly Check[] =>
  read(parseChecks(text, 'checks', { namespace: 'prod' })) ?? [];

function read<Value>({ value, faults }: { value: Value; faults: readonly object[] }): Value {
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return value;
}

const requestTo = (url: string, resolve?: string): HttpRequest => ({
  url,
  method: 'GET',
  headers: {},
  redirects: 0,
  tls: { insecure: false },
  ...(resolve === undefined ? {} : { resolve }),
});

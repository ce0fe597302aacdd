import { Agent, get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoadOptions {
  readonly url: string;
  readonly perSecond: number;
  /** An answer later than this is counted as slow; none by `lostAfter` as lost. Milliseconds. */
  readonly slowAfter?: number;
  readonly lostAfter?: number;
}

export interface LoadReport {
  readonly sent: number;
  /** No 200 with a version in it, whatever the reason. */
  readonly lost: number;
  readonly slow: number;
  /** Sent a second time, for the service had closed the kept connection that they went out on. */
  readonly again: number;
  /** How often each reason of a lost request came. */
  readonly causes: Readonly<Record<string, number>>;
  /** Milliseconds from when a request was due, not from when it was sent: a stalled client hides nothing. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  /** One entry per second since the start: how many requests due in it which version answered; '' is lost. */
  readonly seconds: readonly Readonly<Record<string, number>>[];
  readonly startedAt: number;
  readonly endedAt: number;
}

interface Answer {
  /** Milliseconds since the start. */
  readonly due: number;
  readonly took: number;
  /** Empty when the request was lost. */
  readonly version: string;
  readonly cause: string;
  readonly again: boolean;
}

/**
 * Sends requests at a constant rate, whether or not earlier ones were answered. Every second one opens a connection of
 * its own, as a browser that has just come would; the others share kept-alive ones, as a proxy does.
 */
export class OpenLoop {
  readonly #options: Required<LoadOptions>;
  readonly #answers: Answer[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #kept = new Agent({ keepAlive: true });
  readonly #began = performance.now();
  readonly #startedAt = Date.now();
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LoadOptions) {
    this.#options = { slowAfter: 1_000, lostAfter: 5_000, ...options };
    this.#sendDue();
  }

  /**
   * Starts when the service has answered. It is asked seldom until then: kube-proxy sees a new NodePort up to a second
   * late, and a source port that was refused so was seen refused again up to half a minute later.
   */
  static async onceAnswered(options: LoadOptions): Promise<OpenLoop> {
    const giveUpAt = performance.now() + 30_000;
    for (;;) {
      const { version, cause } = await ask(options.url, false, 1_000);
      if (version !== '') return new OpenLoop(options);
      if (performance.now() > giveUpAt) throw new Error(`${options.url} does not answer: ${cause}`);
      await sleep(1_000);
    }
  }

  /** Versions that have answered so far. */
  get versions(): ReadonlySet<string> {
    return new Set(this.#answers.map(({ version }) => version).filter((version) => version !== ''));
  }

  async stop(): Promise<LoadReport> {
    clearTimeout(this.#timer);
    const endedAt = Date.now();
    await Promise.all(this.#underWay);
    this.#kept.destroy();
    return report(this.#answers, this.#options.slowAfter, { startedAt: this.#startedAt, endedAt });
  }

  /** The schedule stands still for nobody: what a late timer missed is sent at once. */
  #sendDue(): void {
    const interval = 1000 / this.#options.perSecond;
    const now = performance.now() - this.#began;
    for (; this.#sent * interval <= now; this.#sent++) this.#send(this.#sent * interval);
    this.#timer = setTimeout(() => this.#sendDue(), this.#sent * interval - now);
  }

  #send(due: number): void {
    const agent = this.#sent % 2 === 0 ? this.#kept : false;
    const sent = ask(this.#options.url, agent, this.#options.lostAfter).then((outcome) => {
      this.#answers.push({ due, took: performance.now() - this.#began - due, ...outcome });
      this.#underWay.delete(sent);
    });
    this.#underWay.add(sent);
  }
}

type Outcome = Omit<Answer, 'due' | 'took'>;

/**
 * A kept connection may be closed by the service, which sees it idle, in the moment in which a request goes out on it:
 * that request is sent once more, on a connection of its own, as browsers and proxies do (RFC 9112, 9.3.1).
 */
function ask(url: string, agent: Agent | false, within: number, again = false): Promise<Outcome> {
  return new Promise((resolve) => {
    const lost = (cause: string): void => resolve({ version: '', cause, again });
    const request = get(url, { agent, signal: AbortSignal.timeout(within) }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('error', (error) => lost(causeOf(error)));
      response.on('end', () => {
        const version = response.statusCode === 200 ? versionIn(body) : '';
        resolve({ version, cause: version === '' ? `answered ${response.statusCode}` : '', again });
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) =>
      request.reusedSocket && closings.has(error.code ?? '')
        ? resolve(ask(url, false, within, true))
        : lost(causeOf(error)),
    );
  });
}

/** How a write to a connection ends that the other end has closed. */
const closings = new Set(['ECONNRESET', 'EPIPE']);

const causeOf = (error: NodeJS.ErrnoException): string =>
  error.name === 'AbortError' || error.name === 'TimeoutError'
    ? 'no answer in time'
    : (error.code ?? error.message);

function versionIn(body: string): string {
  try {
    return (JSON.parse(body) as { version?: string }).version ?? '';
  } catch {
    return '';
  }
}

function report(
  answers: readonly Answer[],
  slowAfter: number,
  span: { startedAt: number; endedAt: number },
): LoadReport {
  const lost = answers.filter(({ version }) => version === '');
  const took = answers.map((answer) => answer.took).sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  const seconds: Record<string, number>[] = [];
  for (const { due, version } of answers) {
    const second = (seconds[Math.floor(due / 1000)] ??= {});
    second[version] = (second[version] ?? 0) + 1;
  }
  return {
    sent: answers.length,
    lost: lost.length,
    slow: answers.filter(({ version, took }) => version !== '' && took > slowAfter).length,
    again: answers.filter(({ again }) => again).length,
    causes: counted(lost.map(({ cause }) => cause)),
    latency: { p50: at(0.5), p99: at(0.99), max: at(1) },
    seconds: Array.from(seconds, (second) => second ?? {}),
    ...span,
  };
}

function counted(all: readonly string[]): Record<string, number> {
  const times: Record<string, number> = {};
  for (const one of all) times[one] = (times[one] ?? 0) + 1;
  return times;
}

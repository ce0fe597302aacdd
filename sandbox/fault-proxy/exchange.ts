import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import type { Asked, Fault } from './faults.ts';
import type { Upstream } from './upstream.ts';

/** One request on its way through the proxy, and its answer on the way back. */
export class Exchange {
  readonly asked: Asked;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #over = new AbortController();
  #silent = false;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.asked = askedIn(request);
    this.#request = request;
    this.#response = response;
    response.once('close', () => this.#over.abort());
    request.on('error', () => this.#over.abort());
    response.on('error', () => this.#over.abort());
  }

  /** Its socket, by which the connection is known. */
  get port(): number {
    return this.#request.socket.remotePort ?? 0;
  }

  /** Nothing more is heard on it. */
  mute(): void {
    this.#silent = true;
  }

  /** An open watch hears that its version is too old, and ends. */
  expire(): void {
    if (!this.#response.headersSent || this.#silent) return;
    this.#response.end(
      `${JSON.stringify({ type: 'ERROR', object: statusOf(410, 'too old resource version') })}\n`,
    );
    this.mute();
  }

  /** Answers in the server's stead. */
  answer(status: number, message: string, headers: OutgoingHttpHeaders = {}): void {
    this.#request.resume();
    this.#response.writeHead(status, { 'content-type': 'application/json', ...headers });
    this.#response.end(JSON.stringify(statusOf(status, message)));
  }

  /** Hands it on, and what comes back; `holdUp` says how long each piece waits. Returns the status, 0 without one. */
  async forward(upstream: Upstream, met: Fault | undefined, holdUp: () => number): Promise<number> {
    const { signal } = this.#over;
    if (met?.kind === 'slow')
      await after(met.milliseconds ?? 0, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return 0;
    const sent = upstream.ask(this.#request);
    signal.addEventListener('abort', () => sent.destroy(), { once: true });
    this.#request.pipe(sent);
    try {
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      sent.on('error', () => undefined);
      await this.#pass(answer, met, holdUp);
      return answer.statusCode ?? 0;
    } catch {
      // The server's end is lost: so is ours, unless nothing more may be heard of it.
      if (!this.#silent) this.#response.destroy();
      return 0;
    }
  }

  async #pass(answer: IncomingMessage, met: Fault | undefined, holdUp: () => number): Promise<void> {
    if (this.#silent) return;
    this.#response.writeHead(answer.statusCode ?? 502, headersOf(answer, met));
    this.#response.flushHeaders();
    const { signal } = this.#over;
    for await (const piece of answer) {
      const wait = holdUp();
      if (wait > 0) await after(wait, undefined, { signal });
      if (this.#silent) continue;
      if (!this.#response.write(piece)) await once(this.#response, 'drain', { signal });
    }
    if (!this.#silent) this.#response.end();
  }
}

function askedIn({ method = 'GET', url = '/', headers }: IncomingMessage): Asked {
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  return {
    method,
    path: pathname,
    watch: ['1', 'true'].includes(searchParams.get('watch') ?? ''),
    token: /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '',
  };
}

/** Of one hop each: the connections on both sides of the proxy have nothing to do with each other. */
const perHop = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function headersOf({ headers }: IncomingMessage, met: Fault | undefined): OutgoingHttpHeaders {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !perHop.has(name)));
  if (met?.kind !== 'skewed') return kept;
  return { ...kept, date: new Date(Date.now() + met.milliseconds).toUTCString() };
}

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** As Kubernetes answers what went wrong. */
const statusOf = (code: number, message: string): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: reasons[code] ?? '',
  message,
  code,
});

import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { Cut, passing } from './body.ts';
import type { Asked, Fault } from './faults.ts';
import { statusObject } from './speech.ts';
import type { Upstream } from './upstream.ts';

/** What it takes to forward an exchange. */
export interface Passage {
  upstream: Upstream;
  met: Fault | undefined;
  /** How long each piece of the answer waits. */
  holdUp: () => number;
  /** Ends the connection of whoever asked with a reset. */
  cut: () => void;
  /** Where the bytes of both bodies and the status are noted. */
  note: { status?: number; sentBytes: number; receivedBytes: number };
}

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
      `${JSON.stringify({ type: 'ERROR', object: statusObject(410, 'too old resource version') })}\n`,
    );
    this.mute();
  }

  /** Answers in the server's stead. */
  answer(status: number, body: object | string, headers: OutgoingHttpHeaders = {}): void {
    this.#request.resume();
    const [type, text] =
      typeof body === 'string' ? ['application/xml', body] : ['application/json', JSON.stringify(body)];
    this.#response.writeHead(status, { 'content-type': type, ...headers });
    this.#response.end(text);
  }

  /** Hands it on, and what comes back. */
  async forward(passage: Passage): Promise<void> {
    const { upstream, met } = passage;
    const { signal } = this.#over;
    if (met?.kind === 'slow')
      await after(met.milliseconds ?? 0, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const sent = upstream.ask(this.#request);
    signal.addEventListener('abort', () => sent.destroy(), { once: true });
    try {
      const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
      const sending = this.#send(sent, passage);
      sending.catch(() => sent.destroy());
      const [answer] = await answered;
      sent.on('error', () => undefined);
      passage.note.status = answer.statusCode ?? 0;
      await this.#pass(answer, passage);
    } catch (error) {
      if (error instanceof Cut) passage.cut();
      // The server's end is lost: so is ours, unless nothing more may be heard of it.
      if (!this.#silent) this.#response.destroy();
    }
  }

  async #send(sent: ClientRequest, { met, cut, note }: Passage): Promise<void> {
    const pieces = passing(this.#request, {
      tampered: met?.kind === 'tampered' && met.body === 'request',
      ...(met?.kind === 'reset' && { cutAfter: met.afterSentBytes }),
      count: (bytes) => (note.sentBytes += bytes),
    });
    try {
      // Each is with the kernel before the next one is asked for: what may pass before a cut does pass.
      for await (const piece of pieces)
        await new Promise<void>((done, fail) => sent.write(piece, (error) => (error ? fail(error) : done())));
    } catch (error) {
      if (error instanceof Cut) cut();
      throw error;
    }
    sent.end();
  }

  async #pass(answer: IncomingMessage, { met, holdUp, note }: Passage): Promise<void> {
    if (this.#silent) return;
    this.#response.writeHead(answer.statusCode ?? 502, headersOf(answer, met));
    this.#response.flushHeaders();
    const { signal } = this.#over;
    const pieces = passing(answer, {
      tampered: met?.kind === 'tampered' && met.body === 'answer',
      ...(met?.kind === 'reset' && { cutAfter: met.afterReceivedBytes }),
      count: (bytes) => (note.receivedBytes += bytes),
    });
    for await (const piece of pieces) {
      const wait = holdUp();
      if (wait > 0) await after(wait, undefined, { signal });
      if (this.#silent) continue;
      if (!this.#response.write(piece)) await once(this.#response, 'drain', { signal });
    }
    if (!this.#silent) this.#response.end();
  }
}

function askedIn({ method = 'GET', url = '/', headers }: IncomingMessage): Asked {
  const { pathname, search, searchParams } = new URL(url, 'http://proxy');
  return {
    method,
    path: pathname,
    query: search.slice(1),
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

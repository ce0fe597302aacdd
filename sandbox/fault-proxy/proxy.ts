/** A way to a server that fails on demand: see README.md. */
import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { makeCertificate } from './certificate.ts';
import { Exchange } from './exchange.ts';
import { actsAtOnce, FaultBook, isAboutAll, meets } from './faults.ts';
import type { Fault, FaultOrder } from './faults.ts';
import { apiServer } from './speech.ts';
import type { Speech } from './speech.ts';
import { tunnel, Upstream } from './upstream.ts';
import type { Target } from './upstream.ts';

export interface Recorded {
  /** Milliseconds since the epoch. */
  at: number;
  method: string;
  /** With the query. */
  url: string;
  /** The fault that met it. */
  met?: Fault['kind'];
  /** Of the server's answer, once there is one. */
  status?: number;
  /** Bytes of its body that have gone on to the server. */
  sentBytes: number;
  /** Bytes of the answer's body that have come back. */
  receivedBytes: number;
}

export interface FaultProxy extends AsyncDisposable {
  /** `https://127.0.0.1:<port>`, the same while it lives; http in front of a registry. */
  url: string;
  /** PEM of the authority that signed its certificate; empty without TLS. */
  ca: string;
  /** Every request that was read, oldest first. */
  recorded: readonly Recorded[];
  fail(order: FaultOrder): void;
  /** Ends all faults. */
  heal(): void;
}

/** Starts the proxy on a free port of loopback. */
export async function startFaultProxy(target: Target, speech: Speech = apiServer): Promise<FaultProxy> {
  const proxy = new Proxy(target, speech);
  await proxy.listen();
  return proxy;
}

class Proxy implements FaultProxy {
  readonly ca: string;
  readonly recorded: Recorded[] = [];
  readonly #upstream: Upstream;
  readonly #book = new FaultBook(() => this.#return());
  /** By the port at their other end. */
  readonly #connections = new Map<number, Socket>();
  readonly #deaf = new Set<number>();
  readonly #open = new Set<Exchange>();
  /** Accepts; what it accepts is handed on, or not. */
  readonly #front = createServer((socket) => this.#accept(socket));
  readonly #server;
  readonly #speech: Speech;
  #port = 0;

  constructor(target: Target, speech: Speech) {
    this.#upstream = new Upstream(target, speech);
    this.#speech = speech;
    const certificate = speech.tls ? makeCertificate() : undefined;
    this.ca = certificate?.cert ?? '';
    // Whoever keeps a connection idle decides how long: it is not the proxy that ends it.
    const endless = { keepAliveTimeout: 0, requestTimeout: 0 };
    this.#server = certificate
      ? createSecureServer({ ...certificate, ...endless })
      : createPlainServer(endless);
    this.#server.on('request', (request, response) => void this.#meet(request, response));
    this.#server.on('upgrade', (request, socket, head) => tunnel(request, socket, head, this.#upstream));
    this.#server.on('tlsClientError', () => undefined);
  }

  get url(): string {
    return `${this.#speech.tls ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#front.once('error', reject);
      this.#front.listen(this.#port, '127.0.0.1', () => {
        this.#front.off('error', reject);
        this.#port = (this.#front.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  fail(order: FaultOrder): void {
    this.#book.order(order);
    if (order.fault.kind === 'refused') {
      this.#front.close();
      for (const socket of this.#connections.values()) socket.destroy();
      return;
    }
    if (order.fault.kind === 'silent' && isAboutAll(order))
      for (const port of this.#connections.keys()) this.#deaf.add(port);
    if (!actsAtOnce(order)) return;
    for (const exchange of [...this.#open].filter(({ asked }) => meets(order, asked)))
      this.#strike(exchange, order.fault);
  }

  heal(): void {
    this.#book.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#book.clear();
    const closed = new Promise((resolve) => this.#front.close(resolve));
    for (const socket of this.#connections.values()) socket.destroy();
    this.#upstream.close();
    await closed;
  }

  /** Listens again as soon as no fault forbids it. */
  #return(): void {
    if (this.#front.listening || this.#book.isGone) return;
    this.listen().catch((error: unknown) => {
      throw error;
    });
  }

  #accept(socket: Socket): void {
    const port = socket.remotePort ?? 0;
    this.#connections.set(port, socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#connections.delete(port);
      this.#deaf.delete(port);
    });
    if (this.#book.isDeaf) this.#deaf.add(port);
    else this.#server.emit('connection', socket);
  }

  async #meet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = new Exchange(request, response);
    const fault = this.#deaf.has(exchange.port)
      ? ({ kind: 'silent' } as const)
      : this.#book.take(exchange.asked);
    const { method = '', url = '' } = request;
    const note: Recorded = { at: Date.now(), method, url, sentBytes: 0, receivedBytes: 0 };
    if (fault) note.met = fault.kind;
    this.recorded.push(note);
    const answer = (status: number, message: string, headers = {}): void => {
      note.status = status;
      exchange.answer(status, this.#speech.body(status, message), headers);
    };
    switch (fault?.kind) {
      case 'silent':
        return;
      case 'status': {
        const { status, message = 'ordered of the fault proxy', retryAfterSeconds } = fault;
        const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
        return answer(status, message, headers);
      }
      case 'unauthorized':
        return answer(401, 'Unauthorized');
      case 'expired':
        return answer(410, 'too old resource version');
      case 'reset':
        if ((fault.afterSentBytes ?? fault.afterReceivedBytes) === undefined) return this.#cut(exchange);
        return this.#forward(exchange, fault, note);
      case 'refused':
      case 'slow':
      case 'skewed':
      case 'tampered':
      case undefined:
      default:
        return this.#forward(exchange, fault, note);
    }
  }

  async #forward(exchange: Exchange, met: Fault | undefined, note: Recorded): Promise<void> {
    this.#open.add(exchange);
    await exchange.forward({
      upstream: this.#upstream,
      met,
      holdUp: () => this.#book.holdUp(exchange.asked),
      cut: () => this.#cut(exchange),
      note,
    });
    this.#open.delete(exchange);
  }

  /** What an order does to a request that is open already. */
  #strike(exchange: Exchange, { kind }: Fault): void {
    if (kind === 'reset') this.#cut(exchange);
    if (kind === 'silent') exchange.mute();
    if (kind === 'expired') exchange.expire();
  }

  #cut({ port }: Exchange): void {
    this.#connections.get(port)?.resetAndDestroy();
  }
}

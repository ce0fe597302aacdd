/** A way to an API server that fails on demand: see README.md. */
import { createServer as createSecureServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { makeCertificate } from './certificate.ts';
import { Exchange } from './exchange.ts';
import { FaultBook, isAboutAll, meets } from './faults.ts';
import type { Fault, FaultOrder } from './faults.ts';
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
}

export interface FaultProxy extends AsyncDisposable {
  /** `https://127.0.0.1:<port>`, the same while it lives. */
  url: string;
  /** PEM of the authority that signed its certificate. */
  ca: string;
  /** Every request that was read, oldest first. */
  recorded: readonly Recorded[];
  fail(order: FaultOrder): void;
  /** Ends all faults. */
  heal(): void;
}

/** Starts the proxy on a free port of loopback. */
export async function startFaultProxy(target: Target): Promise<FaultProxy> {
  const proxy = new Proxy(target);
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
  readonly #secure;
  #port = 0;

  constructor(target: Target) {
    this.#upstream = new Upstream(target);
    const certificate = makeCertificate();
    this.ca = certificate.cert;
    // Whoever keeps a connection idle decides how long: it is not the proxy that ends it.
    this.#secure = createSecureServer({ ...certificate, keepAliveTimeout: 0, requestTimeout: 0 });
    this.#secure.on('request', (request, response) => void this.#meet(request, response));
    this.#secure.on('upgrade', (request, socket, head) => tunnel(request, socket, head, this.#upstream));
    this.#secure.on('tlsClientError', () => undefined);
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
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
    else this.#secure.emit('connection', socket);
  }

  async #meet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = new Exchange(request, response);
    const fault = this.#deaf.has(exchange.port)
      ? ({ kind: 'silent' } as const)
      : this.#book.take(exchange.asked);
    const { method = '', url = '' } = request;
    this.recorded.push({ at: Date.now(), method, url, ...(fault && { met: fault.kind }) });
    switch (fault?.kind) {
      case 'silent':
        return;
      case 'reset':
        return this.#cut(exchange);
      case 'status': {
        const { status, message = 'ordered of the fault proxy', retryAfterSeconds } = fault;
        const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
        return exchange.answer(status, message, headers);
      }
      case 'unauthorized':
        return exchange.answer(401, 'Unauthorized');
      case 'expired':
        return exchange.answer(410, 'too old resource version');
      case 'refused':
      case 'slow':
      case 'skewed':
      case undefined:
      default: {
        this.#open.add(exchange);
        await exchange.forward(this.#upstream, fault, () => this.#book.holdUp(exchange.asked));
        this.#open.delete(exchange);
      }
    }
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

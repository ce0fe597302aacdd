/** Connections to one server: kept alive, given up when they do not come about, led through a proxy where one is set. */
import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { Milliseconds } from '../../domain/duration.ts';

type Created = (error: Error | null, socket: Duplex) => void;

export interface AgentOptions {
  readonly secure: boolean;
  readonly proxy: URL | undefined;
  readonly maxSockets: number;
  readonly connectTimeout: Milliseconds;
  /** How much a stream may read ahead of, or write ahead to, the other side; Node's own 64 KiB by default. */
  readonly buffer?: number;
}

/** An agent for one server. TCP keep-alive finds a dead peer within some 20 s even on an idle watch. */
export function agentFor({ secure, proxy, maxSockets, connectTimeout, buffer }: AgentOptions): http.Agent {
  // Idle connections go before the API server's 90 s would: a write never meets one that was just closed.
  const options = {
    keepAlive: true,
    keepAliveMsecs: 10_000,
    maxSockets,
    timeout: 55_000,
    ...(buffer === undefined ? {} : { highWaterMark: buffer }),
  };
  return secure ? new PatientAgent(options, proxy, connectTimeout) : new http.Agent(options);
}

class PatientAgent extends https.Agent {
  readonly #proxy: URL | undefined;
  readonly #timeout: Milliseconds;

  constructor(options: https.AgentOptions, proxy: URL | undefined, timeout: Milliseconds) {
    super(options);
    this.#proxy = proxy;
    this.#timeout = timeout;
  }

  override createConnection(options: https.RequestOptions, created: Created): Duplex | undefined {
    if (this.#proxy === undefined) return this.#connect(options, created);
    tunnel(this.#proxy, `${options.host}:${options.port}`, this.#timeout)
      .then((socket) => this.#connect({ ...options, socket } as https.RequestOptions, created))
      .then(
        (secured) => created(null, secured),
        (error: Error) => created(error, undefined as never),
      );
    return undefined;
  }

  #connect(options: https.RequestOptions, created: Created): Duplex {
    const socket = super.createConnection(options, created) as Duplex;
    const timer = setTimeout(
      () => socket.destroy(notConnected('ETIMEDOUT', 'no connection')),
      this.#timeout,
    ).unref();
    for (const event of ['secureConnect', 'close']) socket.once(event, () => clearTimeout(timer));
    return socket;
  }
}

/** Asks the proxy for a tunnel to `authority`. */
function tunnel(proxy: URL, authority: string, timeout: Milliseconds): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const user =
    proxy.username === ''
      ? ''
      : `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const request = (proxy.protocol === 'https:' ? https : http).request(proxy, {
    method: 'CONNECT',
    path: authority,
    agent: false,
    timeout,
    headers: {
      host: authority,
      ...(user === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }),
    },
  });
  request.once('connect', ({ statusCode, statusMessage }, socket) => {
    if (statusCode === 200) return resolve(socket);
    socket.destroy();
    reject(
      notConnected('EPROXY', `${proxy.host} answered ${statusCode} ${statusMessage} to CONNECT ${authority}`),
    );
  });
  request.once('timeout', () => request.destroy(notConnected('ETIMEDOUT', `no answer from ${proxy.host}`)));
  request.once('error', reject);
  request.end();
  return promise;
}

const notConnected = (code: string, message: string): Error =>
  Object.assign(new Error(message), { code, syscall: 'connect' });

import http from 'node:http';
import https from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Speech } from './speech.ts';

export interface Target {
  /** `https://127.0.0.1:6443`, or http for a test's own. */
  url: string;
  /** PEM of the authority that signed its certificate. */
  ca?: string;
}

/** The server behind the proxy. */
export class Upstream {
  readonly #url: URL;
  readonly #secure: boolean;
  readonly #agent: http.Agent;
  readonly #keepsHost: boolean;

  constructor({ url, ca }: Target, { keepsHost }: Speech) {
    this.#keepsHost = keepsHost;
    this.#url = new URL(url);
    this.#secure = this.#url.protocol === 'https:';
    this.#agent = this.#secure
      ? new https.Agent({ keepAlive: true, ...(ca !== undefined && { ca }) })
      : new http.Agent({ keepAlive: true });
  }

  /** Asks it the same; the caller sends the body. */
  ask({ method = 'GET', url = '/', headers }: IncomingMessage): ClientRequest {
    return (this.#secure ? https : http).request({
      agent: this.#agent,
      host: this.#url.hostname,
      port: this.#url.port,
      method,
      path: url,
      headers: this.#keepsHost ? headers : { ...headers, host: this.#url.host },
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** A request that wants another protocol (exec, port-forward): the two ends are joined, and no fault meets it. */
export function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, upstream: Upstream): void {
  const asked = upstream.ask(request);
  const end = (): void => void socket.destroy();
  socket.on('error', () => asked.destroy());
  asked.on('error', end);
  asked.on('response', (answer) => {
    socket.write(headOf(answer));
    answer.pipe(socket);
  });
  asked.on('upgrade', (answer, other: Duplex, first) => {
    socket.write(headOf(answer));
    socket.write(first);
    other.write(head);
    other.on('error', end);
    socket.once('close', () => other.destroy());
    other.pipe(socket).pipe(other);
  });
  asked.end();
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, '', ''].join('\r\n');
}

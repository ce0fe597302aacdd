/** Servers that quote what they were told: a chart repository, a registry and a service in one. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Echo implements AsyncDisposable {
  /** Requests that came with credentials, by path. */
  readonly asked: string[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));

  static async open(): Promise<Echo> {
    const echo = new Echo();
    await new Promise<void>((resolve) => echo.#server.listen(0, '127.0.0.1', resolve));
    return echo;
  }

  /** `127.0.0.1:<port>`. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const { authorization } = headers;
    if (authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="echo"' }).end();
      return;
    }
    this.asked.push(url);
    const said = `refused ${quoted(authorization)}`;
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: said, detail: said }], message: said });
    response
      .writeHead(500, { 'content-type': 'application/json', 'x-echo': encodeURIComponent(said) })
      .end(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A header as a careless server repeats it: as it came, and what it stands for. */
export function quoted(authorization: string): string {
  const [scheme = '', credentials = ''] = authorization.split(' ');
  const plain = scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString('utf8') : credentials;
  return `${authorization} (${plain}, ${encodeURIComponent(plain)})`;
}

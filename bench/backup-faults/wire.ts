/** The way to a server by TCP, on which connections break or fall silent on demand. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Connection } from './case.ts';

interface Order {
  readonly bytes: number;
  readonly strike: (connection: Connection) => Promise<void> | void;
}

export class Wire implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #orders: Order[] = [];
  readonly #silent = new Set<Connection>();
  #most = 0;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#server = createServer((client) => this.#join(client, connect(target)));
  }

  static async open(target: { readonly host: string; readonly port: number }): Promise<Wire> {
    const wire = new Wire(target);
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The most that one connection has brought from the server, in bytes: a dump comes by one. */
  get most(): number {
    return this.#most;
  }

  /** Strikes once, at the first connection that has brought so many bytes; they go on when `strike` has ended. */
  when(bytes: number, strike: Order['strike']): void {
    this.#orders.push({ bytes, strike });
  }

  /** What was ordered and has not come is called off. Who has not been told yet is told, as TCP's own timeouts would. */
  calm(): void {
    this.#orders.length = 0;
    for (const connection of this.#silent) connection.cut();
    this.#silent.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, server: Socket): void {
    let isSilent = false;
    const ends = [client, server];
    const connection: Connection = {
      cut: () => ends.forEach((end) => end.resetAndDestroy()),
      stall: () => {
        isSilent = true;
        this.#silent.add(connection);
        for (const end of ends) end.pause();
      },
    };
    for (const [end, other] of [[client, server] as const, [server, client] as const]) {
      this.#sockets.add(end);
      end.on('error', () => undefined);
      end.once('close', () => {
        this.#sockets.delete(end);
        if (!isSilent) other.destroySoon();
      });
      end.on('drain', () => isSilent || other.resume());
    }
    client.on('data', (bytes) => server.write(bytes) || client.pause());
    let brought = 0;
    server.on('data', (bytes) => {
      brought += bytes.length;
      this.#most = Math.max(this.#most, brought);
      const due = this.#orders.findIndex((order) => order.bytes <= brought);
      if (due === -1) {
        if (!client.write(bytes)) server.pause();
        return;
      }
      const [order] = this.#orders.splice(due, 1);
      server.pause();
      void Promise.resolve(order?.strike(connection)).then(() => {
        if (isSilent || client.destroyed) return;
        if (client.write(bytes)) server.resume();
      });
    });
  }
}

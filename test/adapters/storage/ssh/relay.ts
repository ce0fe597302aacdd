/** A relay before an SSH server that cuts or stalls connections after so many bytes. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface Fault {
  readonly kind: 'cut' | 'stall';
  readonly direction: 'up' | 'down';
  readonly afterBytes: number;
}

export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** For connections that have sent that much; each fault is for one. */
  readonly faults: Fault[];
}

export async function startRelay(to: number): Promise<Relay> {
  const faults: Fault[] = [];
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => open.delete(socket));
    }
    const end = (): void => [near, far].forEach((socket) => void socket.destroy());
    let isStalled = false;
    const forward = (from: Socket, into: Socket, direction: Fault['direction']): void => {
      let bytes = 0;
      from.on('data', (chunk) => {
        bytes += chunk.length;
        const at = faults.findIndex((fault) => fault.direction === direction && bytes >= fault.afterBytes);
        const [fault] = at < 0 ? [] : faults.splice(at, 1);
        if (fault?.kind === 'cut') return end();
        isStalled ||= fault?.kind === 'stall';
        if (isStalled) return void from.pause();
        if (!into.write(chunk)) {
          from.pause();
          into.once('drain', () => from.resume());
        }
      });
      from.once('end', end);
      from.once('close', end);
    };
    forward(near, far, 'up');
    forward(far, near, 'down');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    faults,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

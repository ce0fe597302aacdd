import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Runs work while no other process on this machine runs work under the same name. The lock is an abstract socket:
 * the kernel frees it when its holder dies, however that happens, so there is none to go stale.
 */
export async function withLock<T>(
  name: string,
  work: () => Promise<T>,
  whenWaiting: (holder: string) => void = () => {},
): Promise<T> {
  const address = `\0slipway-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  let told = false;
  let server = await bind(address);
  while (!server) {
    const holder = await untilReleased(address, (pid) => {
      if (!told) whenWaiting(pid);
      told = true;
    });
    if (holder === 'gone') await new Promise((done) => setTimeout(done, 50));
    server = await bind(address);
  }
  const held = server;
  try {
    return await work();
  } finally {
    held.waiting.forEach((socket) => socket.destroy());
    await new Promise((done) => held.server.close(done));
  }
}

/** The lock while it is ours, and those who wait for it on a connection. */
interface Held {
  server: Server;
  waiting: Set<Socket>;
}

function bind(address: string): Promise<Held | undefined> {
  const waiting: Held['waiting'] = new Set();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => {}).on('close', () => waiting.delete(socket));
    socket.write(String(process.pid));
  });
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? done(undefined) : fail(error),
    );
    server.listen(address, () => done({ server: server.unref(), waiting }));
  });
}

/** The holder says its pid to whoever connects, and the connection ends when it lets go. */
function untilReleased(address: string, whenHeld: (pid: string) => void): Promise<'released' | 'gone'> {
  return new Promise((done) => {
    const socket = connect(address);
    socket.on('data', (text) => whenHeld(String(text)));
    socket.on('error', () => done('gone'));
    socket.on('close', () => done('released'));
  });
}

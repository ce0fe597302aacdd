/** The programs that are being measured: a benchmark that is interrupted does not leave them at work. */
const running = new Set<() => number>();

export async function whileRunning<T>(pid: () => number, ended: Promise<T>): Promise<T> {
  running.add(pid);
  try {
    return await ended;
  } finally {
    running.delete(pid);
  }
}

/** As Ctrl-C in a terminal does to all of them. */
export function interruptChildren(): void {
  for (const pid of running) {
    try {
      if (pid() > 0) process.kill(pid(), 'SIGINT');
    } catch {
      // gone already
    }
  }
}

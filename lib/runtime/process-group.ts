import type { Milliseconds } from '../domain/duration.ts';

const living = new Set<number>();

/** Sends a signal to every process of a group; false when none is left. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends what still runs when this process ends in a way that nobody planned for: no child outlives its step. */
function endLiving(): void {
  for (const group of living) signalGroup(group, 'SIGTERM');
}

export function groupStarted(group: number): void {
  if (living.size === 0) process.on('exit', endLiving);
  living.add(group);
}

export function groupEnded(group: number): void {
  living.delete(group);
  if (living.size === 0) process.off('exit', endLiving);
}

/** SIGINT now, SIGTERM 2 s before `killAfter`, SIGKILL then. Returns what calls it off. */
export function endGroup(group: number, killAfter: Milliseconds): () => void {
  signalGroup(group, 'SIGINT');
  const timers = [
    setTimeout(() => signalGroup(group, 'SIGTERM'), Math.max(0, killAfter - 2_000)),
    setTimeout(() => signalGroup(group, 'SIGKILL'), killAfter),
  ];
  return () => timers.forEach(clearTimeout);
}

/** Whether a process of this machine lives; one of another user counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

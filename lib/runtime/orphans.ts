import { readdirSync, readFileSync } from 'node:fs';
import type { Milliseconds } from '../domain/duration.ts';
import type { Clock } from '../ports/clock.ts';

const name = 'SLIPWAY_STEP';

/** Every child carries it and hands it on to its own, so that post finds what a killed main left at work. */
export const stepMark = (folder: string): Record<string, string> => ({ [name]: folder });

/** As long as a helm may take to record that it was interrupted. */
const patience: Milliseconds = 7_000;
const looksEvery: Milliseconds = 50;

/**
 * Ends the processes that carry this step's mark: interrupted first, killed after 7 s. A helm that outlives its
 * main would apply the release after post has undone it. Returns how many there were.
 */
export async function endOrphans(folder: string, clock: Clock): Promise<number> {
  const began = clock.now();
  const told = new Map<number, NodeJS.Signals>();
  for (let waited = 0; waited < 2 * patience; waited = clock.now() - began) {
    const living = marked(`${name}=${folder}`);
    if (living.length === 0) break;
    const signal = waited < patience ? 'SIGINT' : 'SIGKILL';
    for (const pid of living.filter((each) => told.get(each) !== signal)) {
      told.set(pid, signal);
      send(pid, signal);
    }
    await clock.sleep(looksEvery);
  }
  return told.size;
}

/** A process that has ended has no environment any more, also while nobody has asked how it ended. */
const marked = (mark: string): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => environmentOf(entry).split('\0').includes(mark))
    .map(Number);

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // it has just ended, or belongs to somebody else
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has just ended
  }
}

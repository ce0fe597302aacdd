/** A clock that stands still until it is told to pass: what sleeps wakes in order, and has its say before the next. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../lib/ports/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock {
  #now = 1_000_000;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { until: this.#now + Math.max(ms, 0), wake: resolve };
    this.#sleepers.add(sleeper);
    const end = (): void => {
      this.#sleepers.delete(sleeper);
      reject(signal?.reason as Error);
    };
    if (signal?.aborted === true) end();
    signal?.addEventListener('abort', end, { once: true });
    return promise;
  }

  /** Lets that much time pass. */
  async pass(ms: number): Promise<void> {
    const target = this.#now + ms;
    await settled();
    for (;;) {
      const [next] = [...this.#sleepers].sort((a, b) => a.until - b.until);
      if (next === undefined || next.until > target) break;
      this.#now = Math.max(this.#now, next.until);
      this.#sleepers.delete(next);
      next.wake();
      await settled();
    }
    this.#now = target;
    await settled();
  }
}

/** What follows at once has followed: a moment ends with the turn of the event loop that it began in. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await turn();
}

import type { Clock } from '../../../lib/ports/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that a test lets pass; whoever sleeps wakes in order, and has its say before the next one. */
export class DrivenClock implements Clock {
  #now = 1_000_000;
  #sleepers: Sleeper[] = [];

  now = (): number => this.#now;

  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        reject(signal.reason as Error);
      });
    });

  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (;;) {
      const [next] = this.#sleepers.sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.#sleepers.shift();
      this.#now = next.at;
      next.wake();
      await settled();
    }
    this.#now = until;
  }

  /** Lets time pass until it is done, a minute at most unless told. */
  async until<T>(done: Promise<T>, most = 60_000): Promise<T> {
    let over = false;
    void done.then(
      () => (over = true),
      () => (over = true),
    );
    for (let passed = 0; passed < most; passed += 100) {
      await settled();
      if (over) break;
      await this.pass(100);
    }
    return done;
  }
}

/** Everything that is due now has happened. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

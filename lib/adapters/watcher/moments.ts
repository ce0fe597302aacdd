import type { Clock } from '../../ports/clock.ts';

/**
 * Joins what arrives in one turn of the event loop into one moment: all of it bears the same time and is judged
 * once, right after. Moments only go forward, so a replay that judges after each of them does what was done live.
 */
export class Moments {
  readonly #clock: Clock;
  readonly #onEnd: (at: number) => void;
  #open = false;
  #at = 0;

  constructor(clock: Clock, onEnd: (at: number) => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  /** The present moment's time, milliseconds since the epoch; opens one if need be. */
  now(): number {
    if (this.#open) return this.#at;
    this.#open = true;
    this.#at = Math.max(this.#clock.now(), this.#at + 1);
    setImmediate(() => {
      this.#open = false;
      this.#onEnd(this.#at);
    });
    return this.#at;
  }
}

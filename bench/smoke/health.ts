/** A service that is not ready yet, and then is. */
import type { Milliseconds } from '../../lib/domain/duration.ts';

/** No timer: it is healthy from a moment on, to the millisecond, whatever else its process does. */
export class Health {
  readonly #unhealthyFor: Milliseconds;
  #healthyAt: number | undefined;
  #answeredAt: number | undefined;

  /** Counted from the first time that it is asked, so that the moment has a place between two attempts. */
  constructor(unhealthyFor: Milliseconds) {
    this.#unhealthyFor = unhealthyFor;
  }

  /** Since when it is healthy, milliseconds since the epoch; undefined until it is asked. */
  get healthyAt(): number | undefined {
    return this.#healthyAt;
  }

  /** When it was first asked while healthy. */
  get answeredAt(): number | undefined {
    return this.#answeredAt;
  }

  /** Whether it is healthy now. */
  asked(now: number): boolean {
    this.#healthyAt ??= now + this.#unhealthyFor;
    const healthy = now >= this.#healthyAt;
    if (healthy) this.#answeredAt ??= now;
    return healthy;
  }
}

import type { Milliseconds } from '../domain/duration.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void>;
}

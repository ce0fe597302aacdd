import type { Milliseconds } from '../../domain/duration.ts';
import type { Clock } from '../../ports/clock.ts';

export interface Limit {
  readonly bytesPerSecond: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** What was not used is good for this long: timers wake late, and sources are not steady. */
const longestCredit: Milliseconds = 250;
/** Shorter waits are put together into one: a timer is not exact to the millisecond. */
const shortestWait: Milliseconds = 20;
/** A larger chunk is passed in pieces that each take this long. */
const pieceTakes: Milliseconds = 100;

/**
 * Passes bytes no faster than so many a second; in no second more than a quarter above it, and whoever produces them
 * waits. Each piece has its time: it goes when the ones before it have used theirs up.
 */
export async function* limited(
  source: AsyncIterable<Uint8Array>,
  { bytesPerSecond, clock, signal }: Limit,
): AsyncGenerator<Uint8Array> {
  const perByte = 1_000 / bytesPerSecond;
  const pieceSize = Math.max(1, Math.floor(pieceTakes / perByte));
  let free = clock.now();
  for await (const chunk of source)
    for (let at = 0; at < chunk.length; at += pieceSize) {
      const now = clock.now();
      free = Math.max(free, now - longestCredit);
      if (free - now >= shortestWait) await clock.sleep(free - now, signal);
      const piece = chunk.subarray(at, at + pieceSize);
      free += piece.length * perByte;
      yield piece;
    }
}

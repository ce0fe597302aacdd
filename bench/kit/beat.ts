import type { Milliseconds } from '../../lib/domain/duration.ts';

/** The kubelet looks at its containers once a second: pods come, and go, with that beat. */
export const beat: Milliseconds = 1_000;

/**
 * How long to wait before a round. The round before ended with a beat of the kubelet: begun at once, the pods of
 * this one would always come at the same distance from its start, and so from the looks of helm's legacy wait. So
 * the rounds are spread over the beat (or `over` another one) evenly, by the golden ratio, for every tool alike.
 */
export const pauseOf = (round: number, over: Milliseconds = beat): Milliseconds =>
  Math.round(((round * 0.618_034) % 1) * over);

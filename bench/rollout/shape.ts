/** What is released in each round: how much, and when its pods may come. */
import type { Milliseconds } from '../../lib/domain/duration.ts';

export interface Shape {
  /** Deployments, and pods of each. */
  readonly workloads: number;
  readonly replicas: number;
}

/** The kubelet looks at its containers once a second: pods come, and go, with that beat. */
const beat: Milliseconds = 1_000;

/**
 * How long to wait before a round. The round before ended with a beat of the kubelet: begun at once, the pods of
 * this one would always come at the same distance from its start, and so from the looks of helm's legacy wait. So
 * the rounds are spread over the beat evenly (by the golden ratio), for every tool alike.
 */
export const pauseOf = (round: number): Milliseconds => Math.round(((round * 0.618_034) % 1) * beat);

/**
 * How long the pods of a round are held back before they are scheduled: with the pause it spreads a single
 * workload over the two seconds between two looks of helm. Twenty take so long that they spread by themselves.
 */
export const holdOf = (round: number, { workloads }: Shape): Milliseconds =>
  workloads === 1 && round % 2 === 1 ? beat : 0;

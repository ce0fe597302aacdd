/** What is released in each round: how much, and how long it is held back. */
import type { Milliseconds } from '../../lib/domain/duration.ts';

export interface Shape {
  /** Deployments, and pods of each. */
  readonly workloads: number;
  readonly replicas: number;
}

/** How often helm's legacy wait looks. */
const poll: Milliseconds = 2_000;

/**
 * How long the pods of a round are held back before they are scheduled. A single workload takes so equally long that
 * it would always become available at the same distance from helm's next look; so the rounds are spread over it
 * evenly (by the golden ratio), for every tool alike. Twenty workloads spread by themselves.
 */
export const holdOf = (round: number, { workloads }: Shape): Milliseconds =>
  workloads === 1 ? Math.round(((round * 0.618_034) % 1) * poll) : 0;

/** What is released in each round: how much, and when its pods may come. */
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { beat } from '../kit/beat.ts';

export interface Shape {
  /** Deployments, and pods of each. */
  readonly workloads: number;
  readonly replicas: number;
}

/**
 * How long the pods of a round are held back before they are scheduled: with the pause it spreads a single
 * workload over the two seconds between two looks of helm. Twenty take so long that they spread by themselves.
 */
export const holdOf = (round: number, { workloads }: Shape): Milliseconds =>
  workloads === 1 && round % 2 === 1 ? beat : 0;

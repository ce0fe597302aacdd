/** One way back, measured. */
import { setTimeout as after } from 'node:timers/promises';
import type { Counted as WithRequests } from '../kit/audit.ts';
import { Meter } from '../kit/process-cost.ts';
import { pauseOf } from '../kit/beat.ts';
import type { Started } from '../kit/run-tool.ts';
import type { Truth } from '../kit/truth.ts';
import type { Lane, WentBack } from './lane.ts';

/** Times are milliseconds since the epoch. The fault is visible when the tool is started. */
export interface Round {
  readonly tool: string;
  readonly round: number;
  readonly startedAt: number;
  /** It was known where to go back to; the start for a tool that is told. */
  readonly decidedAt: number;
  /** The Deployment asks for the old version again. */
  readonly changedAt: number;
  /** All its pods are of the old version and available. */
  readonly availableAt: number;
  readonly endedAt: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

export type Counted = WithRequests<Round>;

export async function measuredReturn(lane: Lane, round: number, stamp: string, truth: Truth): Promise<Round> {
  await after(pauseOf(round));
  let started: Started<WentBack> | undefined;
  using meter = new Meter(() => started?.pid() ?? 0);
  started = await lane.goBack();
  const { startedAt, decidedAt, endedAt } = await started.ended;
  const { cost } = meter;
  const availableAt = await truth.lastAvailable(lane.namespace, stamp, 1);
  const changedAt = truth.changedAt(lane.namespace, stamp);
  await lane.settled();
  return { tool: lane.tool.id, round, startedAt, decidedAt, changedAt, availableAt, endedAt, ...cost };
}

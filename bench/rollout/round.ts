/** One round: every tool in turn ships a change of its own, and is measured. */
import { setTimeout as after } from 'node:timers/promises';
import type { ServiceImage } from '../../sandbox/service/image.ts';
import type { Counted as WithRequests } from '../kit/audit.ts';
import { pauseOf } from '../kit/beat.ts';
import { Meter } from '../kit/process-cost.ts';
import type { Truth } from '../kit/truth.ts';
import type { Change, Lane } from './lane.ts';
import { holdOf } from './shape.ts';
import { ship } from './ship.ts';
import type { Shipping } from './ship.ts';

/** Times are milliseconds since the epoch. */
export interface Round {
  readonly tool: string;
  readonly workloads: number;
  readonly round: number;
  readonly startedAt: number;
  /** The last Deployment became available. */
  readonly availableAt: number;
  /** Ours only: helm has none before its exit. */
  readonly verdictAt?: number;
  readonly endedAt: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

export type Counted = WithRequests<Round>;

export interface Setting {
  /** Two versions, taken in turn. */
  readonly images: readonly [ServiceImage, ServiceImage];
  /** The script of deploy-helm. */
  readonly entry: string;
  readonly say: (line: string) => void;
}

export async function measuredRound(
  lane: Lane,
  round: number,
  truth: Truth,
  setting: Setting,
): Promise<Round> {
  const change = { ...nextChange(round, setting), hold: holdOf(round, lane.shape) };
  await after(pauseOf(round));
  let shipping: Shipping | undefined;
  using meter = new Meter(() => shipping?.pid() ?? 0);
  shipping = await ship(lane, change, setting.entry);
  const shipped = await shipping.ended;
  const { cost } = meter;
  const { workloads } = lane.shape;
  const availableAt = await truth.lastAvailable(lane.place.namespace.name, change.stamp, workloads);
  await lane.settled();
  const measured = { tool: lane.tool.id, workloads, round, availableAt, ...shipped, ...cost };
  setting.say(lineOf(measured));
  return measured;
}

/** The first release of a lane: installs, pulls images, and is not counted. */
export async function install(lane: Lane, setting: Setting): Promise<void> {
  await (
    await ship(lane, nextChange(-1, setting), setting.entry)
  ).ended;
  await lane.settled();
}

export function nextChange(round: number, { images }: Pick<Setting, 'images'>): Change {
  const image = round % 2 === 0 ? images[1] : images[0];
  return { stamp: `change ${round}`, image };
}

function lineOf({ tool, workloads, round, startedAt, availableAt, verdictAt, endedAt }: Round): string {
  const seconds = (from: number, to: number): string => `${((to - from) / 1_000).toFixed(2)} s`;
  const verdict = verdictAt === undefined ? '' : `, to verdict ${seconds(availableAt, verdictAt)}`;
  return `${workloads} × round ${round} ${tool}: step ${seconds(startedAt, endedAt)}${verdict}, to exit ${seconds(availableAt, endedAt)}`;
}

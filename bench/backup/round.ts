/** One way's turn: how long it took, what it cost, what it stored. */
import { execFile } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Meter } from '../kit/process-cost.ts';
import type { Started } from '../kit/run-tool.ts';
import { TreeWatch } from '../kit/tree-cost.ts';
import type { Setting } from './setting.ts';
import type { Stored, Way } from './ways.ts';

export interface Turn {
  readonly way: Way['id'];
  readonly round: number;
  /** MiB of dump that were asked of the generator. */
  readonly megabytes: number;
  readonly wallSeconds: number;
  /** User and system time of the way's own processes: its tree, without a scratch server. */
  readonly cpuSeconds: number;
  /** Of the server that is dumped, of the object store, and of the scratch server. */
  readonly databaseCpuSeconds: number;
  readonly storeCpuSeconds: number;
  readonly scratchCpuSeconds: number;
  /** The most that the way's processes held at one moment, PSS; without any server. */
  readonly peakMegabytes: number;
  readonly scratchMegabytes: number;
  readonly storedBytes: number;
  readonly phases?: Stored['phases'];
}

export interface Task {
  readonly way: Way;
  readonly round: number;
  readonly database: string;
  readonly megabytes: number;
}

export async function timedTurn({ way, round, database, megabytes }: Task, setting: Setting): Promise<Turn> {
  const { servers } = setting;
  // What the one before has written is on the disk before the next one is measured.
  await promisify(execFile)('sync');
  const before = [await servers.database(database), servers.store()] as const;
  let started: Started<Stored> | undefined;
  const pid = (): number => started?.pid() ?? 0;
  using meter = new Meter(pid, 1_000);
  using watch = new TreeWatch(pid, ['postgres']);
  started = await way.start(database, `${way.id}-${megabytes}-${round}`, setting);
  const { startedAt, endedAt, path, phases } = await started.ended;
  const { cost } = meter;
  const { peak } = watch;
  const after = [await servers.database(database), servers.store()] as const;
  const storedBytes = await bytesBelow(path);
  await rm(path, { recursive: true });
  return {
    way: way.id,
    round,
    megabytes,
    wallSeconds: (endedAt - startedAt) / 1_000,
    cpuSeconds: rounded(cost.cpuSeconds - peak.apartCpuSeconds),
    databaseCpuSeconds: rounded(after[0] - before[0]),
    storeCpuSeconds: rounded(after[1] - before[1]),
    scratchCpuSeconds: rounded(peak.apartCpuSeconds),
    peakMegabytes: rounded(peak.peakMegabytes),
    scratchMegabytes: rounded(peak.apartMegabytes),
    storedBytes,
    ...(phases === undefined ? {} : { phases }),
  };
}

const rounded = (value: number): number => Number(value.toFixed(2));

async function bytesBelow(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.size;
  const sizes = await Promise.all((await readdir(path)).map((name) => bytesBelow(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

export function said({ way, round, megabytes, ...cost }: Turn): void {
  const { wallSeconds, cpuSeconds, databaseCpuSeconds, peakMegabytes, storedBytes } = cost;
  console.error(
    `round ${round} ${megabytes} MiB ${way}: ${wallSeconds.toFixed(1)} s, CPU ${cpuSeconds} + ${databaseCpuSeconds} s, ${peakMegabytes} MB, stored ${(storedBytes / 1e6).toFixed(0)} MB`,
  );
}

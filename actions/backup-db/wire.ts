import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { streamPacking } from '../../lib/adapters/streams/packing.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { TargetError } from '../../lib/domain/errors.ts';
import { startHeartbeat } from '../../lib/runtime/heartbeat.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { connectDatabase } from '../../lib/wiring/database.ts';
import { contextWithin } from '../../lib/wiring/deadline.ts';
import { scratchServers } from '../../lib/wiring/scratch.ts';
import { clusterSurroundings } from '../../lib/wiring/step.ts';
import { storageAt } from '../../lib/wiring/storage.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

/** A run that is out of time still stops what it started. */
const tidyingTime: Milliseconds = 300_000;

export async function wireBackupDb(context: Context, inputs: Inputs): Promise<Ports> {
  const late = new TargetError(`it was not done within ${formatDuration(inputs.timeout)} (timeout)`, {
    subject: 'the backup',
    remedy: 'raise timeout, and timeout-minutes of the job with it; the log says how far it came',
  });
  const bounded = contextWithin(context, inputs.timeout, late);
  const { clock, log, temp, streams, actor, signal } = bounded;
  const storage = await storageAt(inputs.destination, bounded);
  if (inputs.mode === 'check') return { mode: 'check', storage, clock, log };
  const packing = streamPacking(streams, availableParallelism(), clock);
  const heartbeat = (text: () => string) => startHeartbeat(clock, (line) => log.info(line), text);
  const chance = (): string => randomBytes(3).toString('hex');
  if (inputs.mode === 'cron-job') {
    const { connectCluster } = await import(
      /* webpackMode: "eager" */ '../../lib/adapters/release/connect.ts'
    );
    const { kube } = await connectCluster(inputs.cluster, clusterSurroundings('backup-db', bounded));
    return { mode: 'cron-job', kube, storage, packing, clock, log, signal, chance, heartbeat };
  }
  const { locator, cluster, scratch } = inputs;
  return {
    mode: 'backup',
    storage,
    // Not bounded, and not cancelled: the runner's own 10 seconds bound it.
    tidy: await storageAt(inputs.destination, { ...context, signal: new AbortController().signal }),
    database: await connectDatabase(locator, bounded, cluster),
    packing,
    scratch:
      scratch === undefined
        ? undefined
        : await scratchServers(scratch, bounded, cluster, inputs.timeout + tidyingTime),
    clock,
    log,
    files: temp,
    actor,
    signal,
    chance,
    heartbeat,
  };
}

import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { streamPacking } from '../../lib/adapters/streams/packing.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { startHeartbeat } from '../../lib/runtime/heartbeat.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { keepYoungSpaceSmall } from '../../lib/runtime/young-space.ts';
import { connectDatabase } from '../../lib/wiring/database.ts';
import { scratchServers } from '../../lib/wiring/scratch.ts';
import { clusterSurroundings } from '../../lib/wiring/step.ts';
import { storageAt } from '../../lib/wiring/storage.ts';
import type { Inputs } from './inputs.ts';
import type { BackupPorts, Order, Ports } from './ports.ts';

/** A run that is out of time still stops what it started. */
const tidyingTime: Milliseconds = 300_000;

export const wireBackupDb = (context: Context): Ports => ({
  clock: context.clock,
  signal: context.signal,
  connect: (inputs, signal) => connect(inputs, { ...context, signal }),
});

async function connect(inputs: Inputs, context: Context): Promise<Order> {
  keepYoungSpaceSmall();
  const { clock, log, temp, streams, actor, signal } = context;
  const storage = await storageAt(inputs.destination, context);
  if (inputs.mode === 'check') return { mode: 'check', inputs, ports: { storage, clock, log } };
  const common = {
    storage,
    packing: streamPacking(streams, availableParallelism(), clock),
    clock,
    log,
    signal,
    chance: (): string => randomBytes(3).toString('hex'),
    heartbeat: (text: () => string) => startHeartbeat(clock, (line) => log.info(line), text),
  };
  if (inputs.mode === 'cron-job') {
    const { connectCluster } = await import(
      /* webpackMode: "eager" */ '../../lib/adapters/release/connect.ts'
    );
    const { kube } = await connectCluster(inputs.cluster, clusterSurroundings('backup-db', context));
    return { mode: 'cron-job', inputs, ports: { ...common, kube } };
  }
  const { locator, cluster, scratch, timeout } = inputs;
  const ports: BackupPorts = {
    ...common,
    // Not bounded, and not cancelled: the runner's own 10 seconds bound it.
    tidy: await storageAt(inputs.destination, { ...context, signal: new AbortController().signal }),
    database: await connectDatabase(locator, context, cluster),
    scratch:
      scratch === undefined
        ? undefined
        : await scratchServers(scratch, context, cluster, timeout + tidyingTime),
    files: temp,
    actor,
  };
  return { mode: 'backup', inputs, ports };
}

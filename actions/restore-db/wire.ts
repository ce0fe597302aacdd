import { availableParallelism } from 'node:os';
import { streamPacking } from '../../lib/adapters/streams/packing.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { inputsOf } from '../../lib/runtime/environment.ts';
import { startHeartbeat } from '../../lib/runtime/heartbeat.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { connectDatabase } from '../../lib/wiring/database.ts';
import { handover } from '../../lib/wiring/handover.ts';
import { scratchServers } from '../../lib/wiring/scratch.ts';
import { storageAt } from '../../lib/wiring/storage.ts';
import type { FinishPorts } from './finish.ts';
import { parseInputs } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import type { Left } from './left.ts';
import type { Ports } from './ports.ts';

/** A run that is out of time still stops what it started. */
const tidyingTime: Milliseconds = 300_000;

export async function wireRestoreDb(context: Context, inputs: Inputs): Promise<Ports> {
  const { clock, log, temp, signal, actor, streams } = context;
  const { locator, scratch, cluster, identities, mode, timeout } = inputs;
  for (const identity of identities) log.mask(identity);
  const connect = locator === undefined ? undefined : () => connectDatabase(locator, context, cluster);
  return {
    storage: await storageAt(inputs.destination, context),
    packing: streamPacking(streams, availableParallelism(), clock),
    database: mode === 'drill' ? undefined : await connect?.(),
    live: mode === 'drill' ? connect : undefined,
    // Nobody else's sweep, nor its own end, may come before the step's.
    scratch:
      scratch === undefined
        ? undefined
        : await scratchServers(scratch, context, cluster, timeout + tidyingTime),
    clock,
    log,
    files: temp,
    actor,
    signal,
    leave: handover<Left>(context).tell,
    heartbeat: (text) => startHeartbeat(clock, (line) => log.info(line), text),
  };
}

/** What main left, and the server that it is on; undefined when it left nothing. */
export async function wireFinish(context: Context): Promise<FinishPorts | undefined> {
  const left = handover<Left>(context).told();
  if (left === undefined) return undefined;
  const { locator, cluster } = parseInputs(inputsOf(context.env), context.env);
  if (locator === undefined) return undefined;
  return { left, database: await connectDatabase(locator, context, cluster) };
}

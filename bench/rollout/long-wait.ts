/** Does waiting longer cost more requests? Every tool waits for a slow release, all at once: only requests count. */
import type { Goal } from '../table.ts';
import { markdownTable } from '../table.ts';
import { endOf, requestsSince } from '../kit/audit.ts';
import { orAborted } from '../kit/or-aborted.ts';
import { Lane } from './lane.ts';
import { install, nextChange } from './round.ts';
import type { Setting } from './round.ts';
import { ship } from './ship.ts';
import { tools } from './tools.ts';

const waits = { short: 10, long: 60 } as const;

/** One renewal of the lock per 20 s; the watch per kind, opened again every 5 minutes, does not fall due. */
const allowed = Math.ceil((waits.long - waits.short) / 20);

export interface LongWait {
  readonly tool: string;
  readonly name: string;
  /** Requests by the seconds that the pods took to boot. */
  readonly short: number;
  readonly long: number;
}

const shape = { workloads: 1, replicas: 1 };

/** Takes a little more than a minute. */
export async function longWaits(
  auditLog: string,
  setting: Setting,
  signal: AbortSignal,
): Promise<LongWait[]> {
  await using stack = new AsyncDisposableStack();
  const open = async (tool: (typeof tools)[number]): Promise<Lane> => stack.use(await Lane.open(tool, shape));
  const pairs = await Promise.all(
    tools.map(async (tool) => ({ tool, short: await open(tool), long: await open(tool) })),
  );
  const lanes = pairs.flatMap(({ short, long }) => [short, long]);
  for (const lane of lanes) await orAborted(install(lane, setting), signal);

  const start = await endOf(auditLog);
  const change = nextChange(0, setting);
  const shipped = pairs.flatMap((pair) =>
    (['short', 'long'] as const).map(async (wait) => {
      const faults = { FAULT_SLOW_BOOT: `${waits[wait]}s` };
      await (
        await ship(pair[wait], { ...change, faults }, setting.entry)
      ).ended;
    }),
  );
  await orAborted(Promise.all(shipped), signal);
  const users = new Set(lanes.map(({ place }) => place.identity.user));
  const requests = await requestsSince(auditLog, start, users);
  const by = (lane: Lane): number => requests.filter(({ user }) => user === lane.place.identity.user).length;
  return pairs.map(({ tool, short, long }) => ({
    tool: tool.id,
    name: tool.name,
    short: by(short),
    long: by(long),
  }));
}

export const longWaitTable = (waited: readonly LongWait[]): string =>
  markdownTable(
    [
      'API requests when pods boot',
      `for ${waits.short} s`,
      `for ${waits.long} s`,
      'more',
      'each 10 s of waiting',
    ],
    waited.map(({ name, short, long }) => [
      name,
      String(short),
      String(long),
      String(long - short),
      ((long - short) / ((waits.long - waits.short) / 10)).toFixed(1),
    ]),
  );

export const longWaitGoals = (waited: readonly LongWait[]): Goal[] =>
  waited
    .filter(({ tool }) => tool.startsWith('ours'))
    .map(({ tool, short, long }) => ({
      id: `rollout/requests-of-a-longer-wait/${tool}`,
      measured: long - short,
      bound: allowed,
      unit: 'requests',
    }));

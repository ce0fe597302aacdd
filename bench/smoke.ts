/**
 * What 200 HTTP checks cost, beside the curl loop and the `fetch` script that a team would write instead; and how soon
 * a service that turns healthy is known to be. Needs dist/ and a machine that does nothing else; no sandbox.
 *
 * Ours opens a connection per request on purpose: a kept one would go on talking to the old version. Plain `fetch`
 * keeps a few; with `connection: close` it stands in the table to show what that costs, and is no goal.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/bundle.ts';
import { orAborted } from './kit/or-aborted.ts';
import { measuredCost } from './smoke/cost.ts';
import type { CostRound } from './smoke/cost.ts';
import { measuredDelay } from './smoke/delay.ts';
import type { DelayRound } from './smoke/delay.ts';
import { costTable, delayTable, goalsOf } from './smoke/figures.ts';
import { lanes } from './smoke/lanes.ts';
import { Service } from './smoke/service.ts';
import type { Setting } from './smoke/setting.ts';
import type { Benchmark } from './table.ts';

const enough = { rounds: 20, delays: 20 } as const;
const intervals = [200, 1_000] as const;

const usage = `npm run bench -- smoke [--rounds ${enough.rounds}] [--delays ${enough.delays}] [--dist <folder>]
  fewer: to see that it works, not to quote; results/ is left alone`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const { rounds, delays, entry } = optionsOf(args);
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const setting = { service: stack.use(await Service.open()), entry, home };

  const costs = await costRounds(rounds, setting, signal);
  const found = await delayRounds(delays, setting, signal);
  return {
    tables: [costTable(costs), delayTable(found)],
    goals: goalsOf(costs, found),
    rounds: { costs, delays: found },
    draft: rounds < enough.rounds || delays < enough.delays,
  };
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: String(enough.rounds) },
      delays: { type: 'string', default: String(enough.delays) },
      dist: { type: 'string', default: join(projectRoot, 'dist') },
    },
  });
  const [rounds = 0, delays = 0] = [values.rounds, values.delays].map(Number);
  if ([rounds, delays].some((count) => !Number.isInteger(count) || count < 1)) throw new Error(usage);
  const entry = resolve(values.dist, 'smoke-test/index.js');
  if (!existsSync(entry)) throw new Error(`smoke: ${entry} is missing: npm run build`);
  return { rounds, delays, entry };
}

/** All lanes in turn, each round in another order, so that a busy moment of the machine hits all alike. */
async function costRounds(count: number, setting: Setting, signal: AbortSignal): Promise<CostRound[]> {
  const rounds: CostRound[] = [];
  // The round before the first warms the file cache and the service, and is not counted.
  for (let round = -1; round < count; round++) {
    const turn = Math.max(round, 0) % lanes.length;
    for (const lane of [...lanes.slice(turn), ...lanes.slice(0, turn)]) {
      const measured = await orAborted(measuredCost(lane, round, setting), signal);
      if (round < 0) continue;
      rounds.push(measured);
      const { cpuSeconds, wallSeconds } = measured;
      console.error(`round ${round} ${lane.id}: CPU ${cpuSeconds.toFixed(2)} s, ${wallSeconds.toFixed(2)} s`);
    }
  }
  return rounds;
}

async function delayRounds(count: number, setting: Setting, signal: AbortSignal): Promise<DelayRound[]> {
  const rounds: DelayRound[] = [];
  for (let round = 0; round < count; round++) {
    for (const interval of intervals) {
      const measured = await orAborted(measuredDelay(interval, round, setting), signal);
      rounds.push(measured);
      const { healthyAt, verdictAt, endedAt } = measured;
      console.error(
        `every ${interval} ms, ${round}: verdict ${verdictAt - healthyAt} ms, exit ${endedAt - healthyAt} ms`,
      );
    }
  }
  return rounds;
}

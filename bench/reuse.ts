/**
 * The same source a second time: build-push with `reuse: same-source`, as a whole step, beside plain `buildx build --push`
 * by the builder that built it before, and by a new one, as a hosted runner has it, with and without a cache in the registry. A
 * distribution registry and buildkitd run on this machine: needs root, dist/ and a machine that does nothing else; no cluster.
 *
 * The plain builds have it as easy as can be: no attestations, whose times alone would change the digest, and starting the new
 * builder is not counted. Ours is the whole step, the start of node included, but not post, which runs at the end of the job.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/bundle.ts';
import { orAborted } from './kit/or-aborted.ts';
import { goalsOf, reuseTable } from './reuse/figures.ts';
import { lanes } from './reuse/lanes.ts';
import { countedTurn, timedTurn } from './reuse/round.ts';
import type { CountedTurn, TimedTurn } from './reuse/round.ts';
import { openSetting } from './reuse/setting.ts';
import type { Setting } from './reuse/setting.ts';
import type { Benchmark } from './table.ts';

const enough = 5;

const usage = `npm run bench -- reuse [--rounds ${enough}] [--dist <folder>] [--entry <script>]
  fewer: to see that it works, not to quote; results/ is left alone`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const { rounds, entry } = optionsOf(args);
  await using stack = new AsyncDisposableStack();
  const setting = await orAborted(openSetting(entry, stack), signal);

  const turns = await timedTurns(rounds, setting, signal);
  const counted: CountedTurn[] = [];
  for (const lane of lanes) counted.push(await orAborted(countedTurn(lane, setting), signal));
  return {
    tables: [reuseTable(turns, counted)],
    goals: goalsOf(turns, counted),
    rounds: { turns, counted },
    draft: rounds < enough,
  };
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: String(enough) },
      dist: { type: 'string', default: join(projectRoot, 'dist') },
      entry: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(usage);
  const entry = resolve(values.entry ?? join(values.dist, 'build-push/index.js'));
  if (!existsSync(entry)) throw new Error(`reuse: ${entry} is missing: npm run build`);
  return { rounds, entry };
}

/** All lanes in turn, each round in another order, so that a busy moment of the machine hits all alike. */
async function timedTurns(count: number, setting: Setting, signal: AbortSignal): Promise<TimedTurn[]> {
  const turns: TimedTurn[] = [];
  // The round before the first builds what the others find: the image, and the layers of the warm builder.
  for (let round = -1; round < count; round++) {
    const from = Math.max(round, 0) % lanes.length;
    for (const lane of [...lanes.slice(from), ...lanes.slice(0, from)]) {
      const turn = await orAborted(timedTurn(lane, round, setting), signal);
      if (round < 0) continue;
      turns.push(turn);
      console.error(
        `round ${round} ${lane.id}: ${turn.wallSeconds.toFixed(2)} s, ${turn.digest.slice(0, 19)}`,
      );
    }
  }
  return turns;
}

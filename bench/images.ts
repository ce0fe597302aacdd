/**
 * Promotion of a 100 MB image of five layers, within its repository, to another one and to another registry, beside what
 * a team would do instead; and what a layer of a gigabyte takes of memory. Two distribution registries and a Docker engine
 * of its own run on this machine: needs root, dist/ and a machine that does nothing else; no cluster.
 *
 * Ours is the whole step, the start of node included, which alone takes longer than `crane tag` does (`bench -- startup` has
 * an empty script), but not post, which runs at the end of the job. docker's memory is
 * that of its client: the engine is another process, and writes the layers to disk.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/bundle.ts';
import { bytesTable, goalsOf, heavyTable, wallTable, windowTable } from './images/figures.ts';
import { heavyLanes, lanes } from './images/lanes.ts';
import type { Lane } from './images/lanes.ts';
import { countedTurn, timedTurn } from './images/round.ts';
import type { CountedTurn, TimedTurn } from './images/round.ts';
import { openSetting } from './images/setting.ts';
import type { Setting } from './images/setting.ts';
import { emptyScript } from './images/unavoidable.ts';
import { ways } from './images/ways.ts';
import { orAborted } from './kit/or-aborted.ts';
import type { Benchmark } from './table.ts';

const enough = { rounds: 9, heavy: 3 } as const;

const usage = `npm run bench -- images [--rounds ${enough.rounds}] [--heavy ${enough.heavy}] [--dist <folder>] [--entry <script>]
  fewer: to see that it works, not to quote; results/ is left alone`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const { rounds, heavy, entry } = optionsOf(args);
  await using stack = new AsyncDisposableStack();
  const setting = await openSetting(entry, stack);

  const emptyScripts: number[] = [];
  for (let round = 0; round < rounds; round++) emptyScripts.push(await orAborted(emptyScript(), signal));
  const turns = [
    ...(await timedTurns(rounds, setting, signal)),
    ...(await heavyTurns(heavy, setting, signal)),
  ];
  const counted = await countedTurns(setting, signal);
  return {
    tables: [wallTable(turns), bytesTable(counted), heavyTable(turns), windowTable(turns)],
    goals: goalsOf(turns, counted, emptyScripts),
    rounds: { turns, counted, emptyScripts },
    draft: rounds < enough.rounds || heavy < enough.heavy,
  };
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: String(enough.rounds) },
      heavy: { type: 'string', default: String(enough.heavy) },
      dist: { type: 'string', default: join(projectRoot, 'dist') },
      entry: { type: 'string' },
    },
  });
  const [rounds = 0, heavy = 0] = [values.rounds, values.heavy].map(Number);
  if ([rounds, heavy].some((count) => !Number.isInteger(count) || count < 1)) throw new Error(usage);
  const entry = resolve(values.entry ?? join(values.dist, 'promote/index.js'));
  if (!existsSync(entry)) throw new Error(`images: ${entry} is missing: npm run build`);
  return { rounds, heavy, entry };
}

/** All lanes in turn, each round in another order. */
async function timedTurns(count: number, setting: Setting, signal: AbortSignal): Promise<TimedTurn[]> {
  const turns: TimedTurn[] = [];
  // The round before the first warms caches and registries, and is not counted.
  for (let round = -1; round < count; round++) {
    for (const way of ways) {
      for (const lane of turned(lanes, round)) {
        const turn = await orAborted(timedTurn(lane, way, round, 'shop', setting), signal);
        if (round < 0) continue;
        turns.push(turn);
        said(turn);
      }
    }
  }
  return turns;
}

async function heavyTurns(count: number, setting: Setting, signal: AbortSignal): Promise<TimedTurn[]> {
  const turns: TimedTurn[] = [];
  for (let round = 0; round < count; round++) {
    for (const lane of turned(heavyLanes, round)) {
      const turn = await orAborted(timedTurn(lane, 'cross-registry', round, 'heavy', setting), signal);
      turns.push(turn);
      said(turn);
    }
  }
  return turns;
}

async function countedTurns(setting: Setting, signal: AbortSignal): Promise<CountedTurn[]> {
  const turns: CountedTurn[] = [];
  for (const way of ways)
    for (const lane of lanes) turns.push(await orAborted(countedTurn(lane, way, setting), signal));
  return turns;
}

function turned(all: readonly Lane[], round: number): readonly Lane[] {
  const turn = Math.max(round, 0) % all.length;
  return [...all.slice(turn), ...all.slice(0, turn)];
}

function said({ way, lane, round, image, wallSeconds, peakMegabytes, sameDigest }: TimedTurn): void {
  const digest = sameDigest ? '' : ', another digest';
  console.error(
    `round ${round} ${image} ${way} ${lane}: ${wallSeconds.toFixed(3)} s, ${peakMegabytes.toFixed(0)} MB${digest}`,
  );
}

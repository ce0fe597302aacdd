/**
 * A backup of a gigabyte, encrypted, uploaded and proven, beside what a team would do instead, which is neither. A real
 * PostgreSQL and a real object store run on this machine, which has to do nothing else; needs dist/ and no cluster. The
 * data come from a seeded generator within the server.
 *
 * Ours is the whole step, the start of node included, but not post. CPU is that of the way's own processes; what the
 * dumped server, the object store and the scratch server took is told apart, and none of them counts for memory.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { entryOf } from '../test/e2e/support/step.ts';
import { curveTable, goalsOf, wallTable } from './backup/figures.ts';
import { said, timedTurn } from './backup/round.ts';
import type { Task, Turn } from './backup/round.ts';
import { fillDatabase, openSetting } from './backup/setting.ts';
import type { Setting } from './backup/setting.ts';
import { ways } from './backup/ways.ts';
import type { Way } from './backup/ways.ts';
import { keptFile, KeptRounds } from './kit/kept-rounds.ts';
import { orAborted } from './kit/or-aborted.ts';
import type { Benchmark } from './table.ts';

const enough = { rounds: 5, megabytes: 1_024 } as const;
/** MiB of dump: memory must be the same for all of them. */
const curve = [64, 1_024, 4_096] as const;
const ids = ways.map(({ id }) => id);

const usage = `npm run bench -- backup [--rounds ${enough.rounds}] [--megabytes ${enough.megabytes}] [--only <way>,…] [--no-curve] [--resume] [--dist <folder>]
  fewer rounds, megabytes or ways: to see that it works, not to quote; results/ is left alone
  --no-curve  memory is not measured at ${curve.join(', ')} MiB; results/ is left alone
  --resume    goes on with the rounds that a run that was stopped had measured
  ways: ${ids.join(', ')}`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const options = optionsOf(args);
  if (!existsSync(options.entry)) throw new Error(`backup: ${options.entry} is missing: npm run build`);
  await using stack = new AsyncDisposableStack();
  const setting = await orAborted(openSetting(options.entry, stack), signal);
  const kept = await KeptRounds.open<Turn>(keptFile('backup'), options.resume, (turns) => turns);
  for (const megabytes of new Set([options.megabytes, ...(options.curve ? curve : [])])) {
    const tasks = tasksOf(megabytes, options).filter(
      (task) => !kept.all.some((turn) => isOf(task, turn, megabytes)),
    );
    if (tasks.length > 0) await play(tasks, megabytes, { setting, kept, signal });
  }
  return {
    tables: [wallTable(kept.all, options.megabytes), ...(options.curve ? [curveTable(kept.all)] : [])],
    goals: goalsOf(kept.all, options),
    rounds: { turns: kept.all },
    draft: options.draft,
  };
}

interface Play {
  readonly setting: Setting;
  readonly kept: KeptRounds<Turn>;
  readonly signal: AbortSignal;
}

async function play(
  tasks: readonly Pick<Task, 'way' | 'round'>[],
  megabytes: number,
  { setting, kept, signal }: Play,
): Promise<void> {
  const { postgres } = setting;
  console.error(`filling a database for ${megabytes} MiB of dump`);
  const database = await orAborted(fillDatabase(postgres, megabytes), signal);
  // The first one warms caches and compiles what Node compiles once; it is not counted.
  const [first] = tasks;
  if (first !== undefined)
    await orAborted(timedTurn({ ...first, round: -1, database, megabytes }, setting), signal);
  for (const task of tasks) {
    const turn = await orAborted(timedTurn({ ...task, database, megabytes }, setting), signal);
    await kept.add(turn);
    said(turn);
  }
  await postgres.sql('postgres', `DROP DATABASE ${database} WITH (FORCE)`);
}

/** All ways in turn, each round in another order; for the curve ours alone, once more often than one can err. */
function tasksOf(megabytes: number, { rounds, only, ...options }: Options): Pick<Task, 'way' | 'round'>[] {
  const isCurve = megabytes !== options.megabytes;
  const played = ways.filter(({ id }) => (isCurve ? id === 'rows' : only.includes(id)));
  return Array.from({ length: isCurve ? 2 : rounds }, (_, round) =>
    turned(played, round).map((way) => ({ way, round })),
  ).flat();
}

function turned(all: readonly Way[], round: number): readonly Way[] {
  const turn = round % all.length;
  return [...all.slice(turn), ...all.slice(0, turn)];
}

const isOf = ({ way, round }: Pick<Task, 'way' | 'round'>, turn: Turn, megabytes: number): boolean =>
  turn.way === way.id && turn.round === round && turn.megabytes === megabytes;

type Options = ReturnType<typeof optionsOf>;

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: String(enough.rounds) },
      megabytes: { type: 'string', default: String(enough.megabytes) },
      only: { type: 'string' },
      'no-curve': { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      dist: { type: 'string' },
    },
  });
  const [rounds, megabytes] = [Number(values.rounds), Number(values.megabytes)];
  const only = values.only?.split(',') ?? ids;
  const unknown = only.some((id) => ids.every((known) => known !== id));
  if (unknown || [rounds, megabytes].some((count) => !Number.isInteger(count) || count < 1))
    throw new Error(usage);
  const isCurve = !values['no-curve'] && values.only === undefined;
  const { dist, resume } = values;
  return {
    rounds,
    megabytes,
    only,
    resume,
    curve: isCurve,
    entry: dist === undefined ? entryOf('backup-db') : resolve(dist, 'backup-db/index.js'),
    draft: rounds < enough.rounds || megabytes < enough.megabytes || !isCurve,
  };
}

/**
 * What becomes of a backup when something goes wrong: faults injected into a dump, its connection, the channel from a
 * container, the store, the disks, the job itself, each met by the action and by the line of shell that teams write, once
 * as it is mostly written and once with pipefail. A real PostgreSQL and a real object store run on this machine; needs
 * root, dist/ and no cluster.
 *
 * A run that says success without a whole backup is silent. What a run leaves is looked for when it has ended; of one
 * that was killed, when the next one has, for which it waits until that may sweep. Between the two the runner does what
 * GitHub's does: where the step's process alone was killed, it runs post; where the whole machine went, there is no post,
 * and RUNNER_TEMP is emptied before the next job. So what lies in there counts as debris only while a runner lives; what
 * counts in any case is what can be met elsewhere: processes, sessions of the server, uploads, objects, folders in /tmp.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { entryOf } from '../test/e2e/support/step.ts';
import { openBase } from './backup-faults/base.ts';
import { wayIds } from './backup-faults/case.ts';
import { cases, fewCases } from './backup-faults/cases.ts';
import { caseTable, goalsOf, lineOf, sumTable } from './backup-faults/figures.ts';
import { playRound } from './backup-faults/round.ts';
import type { Task } from './backup-faults/round.ts';
import type { Round } from './backup-faults/score.ts';
import { keptFile, KeptRounds } from './kit/kept-rounds.ts';
import { inLanes } from './kit/lanes.ts';
import { orAborted } from './kit/or-aborted.ts';
import type { Benchmark } from './table.ts';

const usage = `npm run bench -- backup-faults [--only <case>,…] [--ways ours,shell,pipefail] [--quick] [--lanes 3] [--resume] [--dist <folder>]
  --quick   ${fewCases.join(', ')}: to see that it works
  --resume  goes on with the rounds that a run that was stopped had measured
  results/ is left alone unless all cases are played
  cases: ${cases.map(({ id }) => id).join(', ')}`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const options = optionsOf(args);
  if (!existsSync(options.entry))
    throw new Error(`backup-faults: ${options.entry} is missing: npm run build`);
  await using stack = new AsyncDisposableStack();
  const base = await orAborted(openBase(options.entry, stack), signal);
  const kept = await KeptRounds.open<Round>(keptFile('backup-faults'), options.resume, measured);
  const left = options.tasks.filter((task) => !kept.all.some((round) => isOf(task, round)));
  const play = async (task: Task): Promise<void> => {
    signal.throwIfAborted();
    const round = await orAborted(playRound(task, base), signal).catch((error: unknown) => {
      signal.throwIfAborted();
      return stumbled(task, error);
    });
    await kept.add(round);
    console.error(lineOf(round));
  };
  await inLanes(left, options.lanes, play);
  return {
    tables: [sumTable(kept.all), caseTable(kept.all)],
    goals: goalsOf(kept.all),
    rounds: { rounds: kept.all },
    draft: options.draft,
  };
}

/** What the bench stumbled over is played again. */
const measured = (rounds: readonly Round[]): readonly Round[] =>
  rounds.filter(({ trouble }) => trouble === undefined);

const isOf = ({ case: fault, way }: Task, round: Round): boolean =>
  round.case === fault.id && round.way === way;

const stumbled = ({ case: fault, way }: Task, error: unknown): Round => ({
  case: fault.id,
  group: fault.group,
  way,
  outcome: 'hung',
  exit: '',
  seconds: 0,
  said: '',
  leftFalse: false,
  debris: [],
  nextIsClean: false,
  trouble: error instanceof Error ? (error.stack ?? error.message) : String(error),
});

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      ways: { type: 'string' },
      quick: { type: 'boolean', default: false },
      lanes: { type: 'string', default: '3' },
      resume: { type: 'boolean', default: false },
      dist: { type: 'string' },
    },
  });
  const lanes = Number(values.lanes);
  const only: readonly string[] | undefined =
    values.only?.split(',') ?? (values.quick ? fewCases : undefined);
  const ways: readonly string[] = values.ways?.split(',') ?? wayIds;
  const unknown =
    (only ?? []).some((id) => cases.every((each) => each.id !== id)) ||
    ways.some((way) => wayIds.every((each) => each !== way));
  if (unknown || !Number.isInteger(lanes) || lanes < 1) throw new Error(usage);
  const { dist, resume } = values;
  return {
    lanes,
    resume,
    entry: dist === undefined ? entryOf('backup-db') : resolve(dist, 'backup-db/index.js'),
    draft: only !== undefined || values.ways !== undefined,
    tasks: cases
      .filter(({ id }) => only?.includes(id) ?? true)
      .flatMap((each): Task[] =>
        wayIds
          .filter((way) => ways.includes(way) && (each.ways?.includes(way) ?? true))
          .map((way) => ({ case: each, way })),
      ),
  };
}

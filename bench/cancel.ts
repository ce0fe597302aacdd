/**
 * What a deploy leaves that is cancelled or killed, wherever it is in its journal: 100 cancels as the runner does them
 * (with post) and 30 SIGKILLs (without), each between a verified version and a next deploy that must succeed. Needs
 * the sandbox (`npm run sandbox -- up`) and dist/.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { entryOf } from '../test/e2e/support/step.ts';
import { majors } from '../test/e2e/support/tools.ts';
import { anchors } from './cancel/anchor.ts';
import type { Blow, Phase, Task } from './cancel/case.ts';
import { anchorTable, goalsOf, lineOf, tablesOf } from './cancel/figures.ts';
import { phases, twofold } from './cancel/phases.ts';
import { play, stumbled } from './cancel/round.ts';
import type { Round } from './cancel/round.ts';
import { keptFile, KeptRounds } from './kit/kept-rounds.ts';
import { inLanes } from './kit/lanes.ts';
import type { Benchmark } from './table.ts';

const cancels = 100;
const kills = 30;
const anchored = 10;
const all = [...phases, ...twofold];

const usage = `npm run bench -- cancel [--only <phase>,…] [--blow cancel | node | tree] [--quick] [--lanes 4] [--anchors] [--resume] [--dist <folder>]
  --quick    one cancel of each phase and a kill of each kind: to see that it works
  --anchors  also ${anchored} cancels of a bash step in which Helm alone takes back what fails
  --resume   goes on with the rounds that a run that was stopped had measured
  results/ is left alone unless all ${cancels} cancels and ${kills} kills are played
  phases: ${all.map(({ id }) => id).join(', ')}`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const options = optionsOf(args);
  if (!existsSync(options.entry)) throw new Error(`cancel: ${options.entry} is missing: npm run build`);
  const kept = await KeptRounds.open<Round>(keptFile('cancel'), options.resume, measured);
  const left = options.tasks.filter((task) => !kept.all.some((round) => isOf(task, round)));
  await inLanes(left, options.lanes, async (task) => {
    signal.throwIfAborted();
    const round = await play(task, options.entry, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      return stumbled(task, error);
    });
    await kept.add(round);
    console.error(lineOf(round));
  });
  const found = options.anchors ? await anchors(options.lanes, anchored, signal) : [];
  return {
    tables: [...tablesOf(kept.all), ...(options.anchors ? [anchorTable(found)] : [])],
    goals: goalsOf(kept.all, options.tasks.length),
    rounds: { rounds: kept.all, anchors: found },
    draft: options.tasks.length < cancels + kills,
  };
}

/** What the bench stumbled over is played again. */
const measured = (rounds: readonly Round[]): readonly Round[] =>
  rounds.filter(({ trouble }) => trouble === undefined);

const isOf = ({ phase, blow, index }: Task, round: Round): boolean =>
  round.phase === phase.id && round.blow === blow && round.index === index;

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      blow: { type: 'string' },
      quick: { type: 'boolean', default: false },
      lanes: { type: 'string', default: '4' },
      anchors: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      dist: { type: 'string' },
    },
  });
  const lanes = Number(values.lanes);
  const only = values.only?.split(',');
  const unknown = only?.some((id) => all.every((each) => each.id !== id)) ?? false;
  const tasks = (values.quick ? fewTasks() : allTasks())
    .filter(({ phase }) => only?.includes(phase.id) ?? true)
    .filter(({ blow }) => values.blow === undefined || blow === values.blow);
  if (!Number.isInteger(lanes) || lanes < 1 || unknown || tasks.length === 0) throw new Error(usage);
  const { dist } = values;
  const entry = dist === undefined ? entryOf('deploy-helm') : resolve(dist, 'deploy-helm/index.js');
  return { lanes, tasks, entry, resume: values.resume, anchors: values.anchors };
}

/** Phases in turn, so that what runs side by side differs. Both Helms get every spot of a phase in the end. */
function inTurn(from: readonly Phase[], blows: readonly Blow[], count: number): Task[] {
  return Array.from({ length: count }, (_, turn): Task => {
    const phase = from[turn % from.length] as Phase;
    const index = Math.floor(turn / from.length);
    const helm = majors[Math.floor(index / phase.spots.length) % majors.length] ?? 'helm4';
    return { phase, blow: blows[turn % blows.length] ?? 'cancel', index, helm };
  });
}

const allTasks = (): Task[] => [
  ...inTurn(all, ['cancel'], cancels),
  ...inTurn(phases, ['node'], kills / 2),
  ...inTurn(phases, ['tree'], kills / 2),
];

const fewTasks = (): Task[] => [
  ...inTurn(all, ['cancel'], all.length),
  ...inTurn(phases.slice(2), ['node', 'tree'], 4),
];

/**
 * How soon, and how rightly, a doomed release is called: faults injected into a real cluster, each with a twin that
 * recovers inside the documented grace. deploy-helm ships each at `fail-fast: balanced` with a timeout of five minutes,
 * so that a call is the engine's and not the clock's; a truth clock of its own says when the first report came. Needs
 * the sandbox (`npm run sandbox -- up`) and dist/.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sandboxEnv } from '../sandbox/client.ts';
import { serviceImage } from '../test/e2e/support/release.ts';
import { entryOf } from '../test/e2e/support/step.ts';
import { majors } from '../test/e2e/support/tools.ts';
import { keptFile, KeptRounds } from './kit/kept-rounds.ts';
import type { Benchmark } from './table.ts';
import { anchors, anchorTable } from './verdict/anchors.ts';
import { cases, fewCases } from './verdict/cases.ts';
import { curveTable, goalsOf, tablesOf } from './verdict/figures.ts';
import { playAll } from './verdict/lanes.ts';
import { FickleRegistry } from './verdict/registry.ts';
import type { Round, Setting, Task } from './verdict/round.ts';
import { lineOf } from './verdict/score.ts';
import { Truth } from './verdict/truth.ts';

const enough = 3;
/** Of the second set of twins: when they are mended, in graces. The first is in time, but the cluster may notice late. */
const lates = [0.75, 1.5, 2] as const;

const usage = `npm run bench -- verdict [--rounds ${enough}] [--only <case>,…] [--part fault | twin] [--quick] [--lanes 4] [--curve] [--anchors] [--resume] [--dist <folder>]
  --quick    1 round of ${fewCases.join(', ')}: to see that it works
  --curve    also twins that are mended late, and what longer and shorter graces would have called
  --anchors  also Helm 3 and Helm 4 by themselves on six of the faults
  --resume   goes on with the rounds that a run that was stopped had measured
  results/ is left alone unless all cases are played ${enough} times
  cases: ${cases.map(({ id }) => id).join(', ')}`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const options = optionsOf(args);
  const sandbox = sandboxEnv();
  if (sandbox.auditLog === '')
    throw new Error('verdict: SLIPWAY_AUDIT_LOG must name the audit log of your cluster');
  if (!existsSync(options.entry)) throw new Error(`verdict: ${options.entry} is missing: npm run build`);

  await using stack = new AsyncDisposableStack();
  const setting: Setting = {
    truth: stack.use(await Truth.open(sandbox)),
    registry: stack.use(await FickleRegistry.open(sandbox)),
    service: (await serviceImage('v1')).pinned,
    entry: options.entry,
    auditLog: sandbox.auditLog,
  };
  const kept = await KeptRounds.open<Round>(keptFile('verdict'), options.resume, measured);
  const say = (round: Round): void => console.error(lineOf(round));
  await playAll(options.tasks, options.lanes, kept, setting, say, signal);
  const found = options.anchors ? await anchors(setting, signal) : [];
  const rounds = kept.all;
  return {
    tables: [...tablesOf(rounds), ...curveTable(rounds), ...(options.anchors ? [anchorTable(found)] : [])],
    goals: goalsOf(rounds),
    rounds: { rounds, anchors: found },
    draft: options.draft,
  };
}

/** What the bench stumbled over is played again. */
const measured = (rounds: readonly Round[]): readonly Round[] =>
  rounds.filter(({ trouble }) => trouble === undefined);

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      only: { type: 'string' },
      part: { type: 'string' },
      quick: { type: 'boolean', default: false },
      lanes: { type: 'string', default: '4' },
      curve: { type: 'boolean', default: false },
      anchors: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      dist: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : enough));
  const lanes = Number(values.lanes);
  const only = values.only?.split(',') ?? (values.quick ? fewCases : undefined);
  const unknown = only?.some((id) => cases.every((each) => each.id !== id)) ?? false;
  const parts = (['fault', 'twin'] as const).filter((part) =>
    [undefined, part].includes(values.part as 'fault'),
  );
  if (
    ![rounds, lanes].every((count) => Number.isInteger(count) && count > 0) ||
    unknown ||
    parts.length === 0
  )
    throw new Error(usage);
  const { dist } = values;
  return {
    lanes,
    anchors: values.anchors,
    resume: values.resume,
    draft: rounds < enough || only !== undefined || parts.length < 2,
    entry: dist === undefined ? entryOf('deploy-helm') : resolve(dist, 'deploy-helm/index.js'),
    tasks: tasksOf(rounds, only, parts, values.curve),
  };
}

function tasksOf(
  rounds: number,
  only: readonly string[] | undefined,
  parts: readonly Task['part'][],
  curve: boolean,
): Task[] {
  const chosen = cases.filter(({ id }) => only?.includes(id) ?? true);
  return Array.from({ length: rounds }, (_, round) => round).flatMap((round) =>
    chosen.flatMap((each, index): Task[] => {
      // Both Helms get every case in the end.
      const helm = majors[(index + round) % majors.length] ?? 'helm4';
      const played = parts
        .filter((part) => part === 'twin' || each.fault !== undefined)
        .map((part) => ({ case: each, part, round, helm }));
      const isLikely = typeof each.fault?.grace === 'number' && each.fault.grace > 0;
      const late = curve && isLikely && each.twin.recovery !== undefined ? lates : [];
      return [
        ...played,
        ...late.map((times): Task => ({ case: each, part: 'twin', round, helm, late: times })),
      ];
    }),
  );
}

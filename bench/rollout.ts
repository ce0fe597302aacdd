/**
 * How soon a release that is ready is known to be: helm's own waits beside deploy-helm, in turn, against a clock of
 * its own. Needs the sandbox (`npm run sandbox -- up`) and dist/, and a machine that does nothing else. The chart keeps
 * one old ReplicaSet: with Kubernetes' own ten, each round of twenty would be slower than the one before it.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/bundle.ts';
import { sandboxEnv } from '../sandbox/client.ts';
import { serviceImage } from '../test/e2e/support/release.ts';
import { compactRequests, counted } from './kit/audit.ts';
import { keptFile, KeptRounds } from './kit/kept-rounds.ts';
import { orAborted } from './kit/or-aborted.ts';
import { Truth } from './kit/truth.ts';
import { goalsOf, tablesOf } from './rollout/figures.ts';
import { Lane } from './rollout/lane.ts';
import { longWaitGoals, longWaits, longWaitTable } from './rollout/long-wait.ts';
import { install, measuredRound } from './rollout/round.ts';
import type { Counted, Setting } from './rollout/round.ts';
import type { Shape } from './rollout/shape.ts';
import { tools } from './rollout/tools.ts';
import type { Tool } from './rollout/tools.ts';
import type { Benchmark } from './table.ts';

const one: Shape = { workloads: 1, replicas: 2 };
const twenty: Shape = { workloads: 20, replicas: 1 };
/** A node takes 110 pods: four tools with their twenty, and twenty more while one of them rolls. */
const atTwenty = tools.filter(({ id }) => id !== 'ours-helm3');

const usage = `npm run bench -- rollout [--rounds 40] [--rounds-at-20 12] [--quick] [--skip-long-wait] [--dist <folder>] [--resume]
  --quick   2 rounds each: to see that it works, not to quote; results/ is left alone
  --resume  goes on with the rounds that a run that was stopped had measured`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const options = optionsOf(args);
  const { auditLog } = sandboxEnv();
  if (auditLog === '') throw new Error('rollout: SLIPWAY_AUDIT_LOG must name the audit log of your cluster');
  if (!existsSync(options.entry)) throw new Error(`rollout: ${options.entry} is missing: npm run build`);
  const images = await Promise.all([serviceImage('v1'), serviceImage('v2')] as const);
  const setting = { images, entry: options.entry, say: (line: string) => console.error(line) };

  const kept = await KeptRounds.open<Counted>(keptFile('rollout'), options.resume, wholeRounds);
  await race(tools, one, options.atOne, kept, auditLog, setting, signal);
  await race(atTwenty, twenty, options.atTwenty, kept, auditLog, setting, signal);
  const rounds = kept.all;
  const waited = options.longWait ? await longWaits(auditLog, setting, signal) : [];
  return {
    tables: [...tablesOf(rounds), ...(options.longWait ? [longWaitTable(waited)] : [])],
    goals: [...goalsOf(rounds), ...longWaitGoals(waited)],
    rounds: { rounds: rounds.map(compactRequests), longWaits: waited },
    draft: options.draft,
  };
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      'rounds-at-20': { type: 'string' },
      quick: { type: 'boolean', default: false },
      'skip-long-wait': { type: 'boolean', default: false },
      dist: { type: 'string', default: join(projectRoot, 'dist') },
      resume: { type: 'boolean', default: false },
    },
  });
  const count = (text: string | undefined, usual: number): number => {
    const rounds = text === undefined ? (values.quick ? 2 : usual) : Number(text);
    if (!Number.isInteger(rounds) || rounds < 0) throw new Error(usage);
    return rounds;
  };
  const [atOne, atTwenty] = [count(values.rounds, 40), count(values['rounds-at-20'], 12)];
  const longWait = !values['skip-long-wait'];
  const draft = atOne < 40 || atTwenty < 12 || !longWait;
  return {
    atOne,
    atTwenty,
    longWait,
    draft,
    resume: values.resume,
    entry: resolve(values.dist, 'deploy-helm/index.js'),
  };
}

/** Rounds in which every tool was measured. */
const wholeRounds = (rounds: readonly Counted[]): readonly Counted[] =>
  [...Map.groupBy(rounds, ({ workloads, round }) => `${workloads} ${round}`).values()]
    .filter((each) => each.length === (each[0]?.workloads === one.workloads ? tools : atTwenty).length)
    .flat();

/** All tools in turn, each round in another order, so that a busy moment of the machine hits all alike. */
async function race(
  contestants: readonly Tool[],
  shape: Shape,
  count: number,
  kept: KeptRounds<Counted>,
  auditLog: string,
  setting: Setting,
  signal: AbortSignal,
): Promise<void> {
  const done = kept.all.filter(({ workloads }) => workloads === shape.workloads);
  const first = done.length / contestants.length;
  if (first >= count) return;
  await using stack = new AsyncDisposableStack();
  const lanes: Lane[] = [];
  for (const tool of contestants) lanes.push(stack.use(await Lane.open(tool, shape)));
  const truth = stack.use(
    await Truth.open(
      sandboxEnv(),
      lanes.map(({ place }) => place.namespace.name),
    ),
  );
  for (const lane of lanes) await orAborted(install(lane, setting), signal);

  for (let round = first; round < count; round++) {
    const turn = round % lanes.length;
    for (const lane of [...lanes.slice(turn), ...lanes.slice(0, turn)]) {
      const measure = () => measuredRound(lane, round, truth, setting);
      await kept.add(await orAborted(counted(auditLog, lane.place.identity.user, measure), signal));
    }
  }
}

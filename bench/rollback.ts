/**
 * A version that is ready and wrong: how soon the old one answers again, and is known to. Our rollback beside helm's
 * and kubectl's, in turn, against a clock of its own, while a client asks all the time. Needs the sandbox
 * (`npm run sandbox -- up`) and dist/, and a machine that does nothing else.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/bundle.ts';
import { sandboxEnv } from '../sandbox/client.ts';
import type { OpenLoop } from '../sandbox/demo/load.ts';
import { serviceImage } from '../test/e2e/support/release.ts';
import { compactRequests, counted } from './kit/audit.ts';
import { orAborted } from './kit/or-aborted.ts';
import { Truth } from './kit/truth.ts';
import { goalsOf, tablesOf } from './rollback/figures.ts';
import type { Loads } from './rollback/figures.ts';
import { Lane } from './rollback/lane.ts';
import type { Actions } from './rollback/lane.ts';
import { measuredReturn } from './rollback/round.ts';
import type { Counted, Round } from './rollback/round.ts';
import { tools } from './rollback/tools.ts';
import type { Benchmark } from './table.ts';

const enough = 20;
const usage = `npm run bench -- rollback [--rounds ${enough}] [--dist <folder>]
  fewer rounds than ${enough}: to see that it works, not to quote; results/ is left alone`;

export async function run(args: readonly string[], signal: AbortSignal): Promise<Benchmark> {
  const { rounds: count, actions } = optionsOf(args);
  const { auditLog } = sandboxEnv();
  if (auditLog === '') throw new Error('rollback: SLIPWAY_AUDIT_LOG must name the audit log of your cluster');
  await using stack = new AsyncDisposableStack();
  const lanes: Lane[] = [];
  for (const tool of tools) lanes.push(stack.use(await Lane.open(tool, actions)));
  const truth = stack.use(
    await Truth.open(
      sandboxEnv(),
      lanes.map(({ namespace }) => namespace),
    ),
  );

  const { rounds, loads } = await race(lanes, count, truth, auditLog, signal);
  return {
    tables: tablesOf(rounds, loads),
    goals: goalsOf(rounds, loads),
    rounds: { rounds: rounds.map(compactRequests), loads },
    draft: count < enough,
  };
}

function optionsOf(args: readonly string[]): { readonly rounds: number; readonly actions: Actions } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: String(enough) },
      dist: { type: 'string', default: join(projectRoot, 'dist') },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(usage);
  const action = (name: string) => ({ name, entry: resolve(values.dist, name, 'index.js') });
  const actions = { deploy: action('deploy-helm'), rollback: action('rollback') };
  const missing = Object.values(actions).filter(({ entry }) => !existsSync(entry));
  if (missing.length > 0)
    throw new Error(`rollback: npm run build, for ${missing.map(({ entry }) => entry).join(', ')}`);
  return { rounds, actions };
}

/** All are brought to the wrong version at once; then they go back in turn, each round in another order. */
async function race(
  lanes: readonly Lane[],
  count: number,
  truth: Truth,
  auditLog: string,
  signal: AbortSignal,
): Promise<{ rounds: Counted[]; loads: Loads }> {
  const [v1, v2] = await Promise.all([serviceImage('v1'), serviceImage('v2')]);
  const all = (work: (lane: Lane) => Promise<void>): Promise<unknown> =>
    orAborted(Promise.all(lanes.map(work)), signal);

  await all((lane) => lane.ship({ image: v1, stamp: 'right' }));
  const clients = await Promise.all(
    lanes.map(async (lane) => ({ id: lane.tool.id, loop: await lane.load() })),
  );
  const rounds: Counted[] = [];
  try {
    for (let round = 0; round < count; round++) {
      await all((lane) => lane.ship({ image: v2, stamp: `wrong ${round}` }));
      const turn = round % lanes.length;
      for (const lane of [...lanes.slice(turn), ...lanes.slice(0, turn)]) {
        const measure = () => measuredReturn(lane, round, 'right', truth);
        const measured = await orAborted(counted(auditLog, lane.place.identity.user, measure), signal);
        rounds.push(measured);
        console.error(lineOf(measured));
      }
    }
  } finally {
    await stopAll(clients);
  }
  return { rounds, loads: await stopAll(clients) };
}

async function stopAll(clients: readonly { readonly id: string; readonly loop: OpenLoop }[]): Promise<Loads> {
  return Object.fromEntries(await Promise.all(clients.map(async ({ id, loop }) => [id, await loop.stop()])));
}

function lineOf({ tool, round, startedAt, decidedAt, changedAt, availableAt, endedAt }: Round): string {
  const seconds = (from: number, to: number): string => ((to - from) / 1_000).toFixed(2);
  return `round ${round} ${tool}: decide ${seconds(startedAt, decidedAt)}, apply ${seconds(decidedAt, changedAt)}, ready ${seconds(changedAt, availableAt)}, exit ${seconds(availableAt, endedAt)}`;
}

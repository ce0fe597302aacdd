/** The same cancel of a bash step in which Helm alone takes back what fails: what it leaves. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { serviceImage } from '../../test/e2e/support/release.ts';
import type { Major } from '../../test/e2e/support/tools.ts';
import { majors } from '../../test/e2e/support/tools.ts';
import { allGone, descendants, isAlive } from '../../test/support/process-tree.ts';
import { draw } from '../kit/draw.ts';
import { inLanes } from '../kit/lanes.ts';
import { orAborted } from '../kit/or-aborted.ts';
import { Place } from '../kit/place.ts';
import { root } from '../kit/run-tool.ts';
import { stuckRelease } from './audit.ts';
import { release } from './case.ts';
import { flagsOf } from './figures.ts';
import { stateOf } from './state.ts';

export interface Anchor {
  readonly helm: Major;
  readonly where: 'in a hook' | 'waiting';
  readonly index: number;
  /** Milliseconds after the revision was written. */
  readonly delay: number;
  /** After the step, as the next one begins. */
  readonly pending: boolean;
  readonly nextFailed: boolean;
  /** A helm that the runner did not know of. */
  readonly livedOn: boolean;
  readonly said: string;
}

type Order = Pick<Anchor, 'helm' | 'where' | 'index'>;

/** Ten: half in a hook, half waiting; Helm 3 and 4 in turn. */
export async function anchors(lanes: number, count: number, signal: AbortSignal): Promise<Anchor[]> {
  const orders = Array.from({ length: count }, (_, index): Order => ({
    helm: majors[index % 2] ?? 'helm4',
    where: Math.floor(index / 2) % 2 === 0 ? 'waiting' : 'in a hook',
    index,
  }));
  const found: Anchor[] = [];
  await inLanes(orders, lanes, async (order) => {
    await using place = await Place.open(order.helm);
    found.push(await orAborted(play(order, place), signal));
  });
  return found.toSorted((a, b) => a.index - b.index);
}

async function play(order: Order, place: Place): Promise<Anchor> {
  const { helm, where, index } = order;
  const chart = `sandbox/charts/${where === 'waiting' ? 'shop' : 'hooks'}`;
  const upgrade = async (version: string, values: object, flags: readonly string[]): Promise<string[]> => {
    const file = join(place.home, `${version}.yaml`);
    const { repository, tag } = await imageOf(version);
    await writeFile(file, JSON.stringify({ image: { ...repository, tag }, ...values }));
    const install = ['upgrade', release, chart, '--install', '--namespace', place.namespace.name];
    return [...install, '--values', file, '--timeout', '60s', ...flags];
  };
  const quick =
    where === 'waiting' ? { replicas: 1, preStop: '', drain: '0s' } : { after: { enabled: false } };
  await helmIn(place, await upgrade('v1', quick, ['--wait']));

  const slow = where === 'waiting' ? { faults: { FAULT_NEVER_READY: 'true' } } : { before: { for: '30s' } };
  const argv = await upgrade('v2', { ...quick, ...slow }, ['--wait', flagsOf[helm]]);
  const script = join(place.home, 'step.sh');
  await writeFile(script, `helm ${argv.map((word) => `'${word}'`).join(' ')}\n`);
  const step = startBash(place, script);
  await place.namespace.until('v1 Secret', `sh.helm.release.v1.${release}.v2`);
  const delay = Math.round(draw(`anchor ${index}`) * 6_000);
  await after(delay);
  const helms = descendants(step.child.pid ?? 0);
  await cancel(step.child);
  const orphans = helms.filter(isAlive);
  const livedOn = orphans.length > 0;
  // As the runner does when the job ends.
  for (const pid of orphans) process.kill(pid, 'SIGKILL');
  await allGone(orphans);

  const pending = stuckRelease(await stateOf(place)) !== undefined;
  const next = await helmIn(place, await upgrade('v3', quick, ['--wait'])).then(
    () => '',
    (error: unknown) => String((error as { stderr?: string }).stderr ?? error).trim(),
  );
  return { ...order, delay, pending, nextFailed: next !== '', livedOn, said: next.slice(0, 200) };
}

async function imageOf(version: string): Promise<{ repository: object; tag: string }> {
  const { pinned } = await serviceImage(version);
  const [registry = '', ...path] = pinned.split('/');
  const [repository = ''] = path.join('/').split(':');
  return { repository: { registry, repository }, tag: version };
}

const helmIn = ({ bin, programEnv }: Place, argv: readonly string[]): Promise<unknown> =>
  promisify(execFile)(join(bin, 'helm'), [...argv], { cwd: root, env: { ...programEnv } });

function startBash({ bin, programEnv }: Place, script: string): { child: ChildProcess } {
  const env = { ...programEnv, PATH: `${bin}:${process.env['PATH']}` };
  // As the runner starts a `run:` step.
  const argv = ['--noprofile', '--norc', '-e', '-o', 'pipefail', script];
  return { child: spawn('bash', argv, { cwd: root, env, stdio: 'ignore' }) };
}

/** As the runner: SIGINT to the shell alone, 7.5 s, SIGTERM, 2.5 s, then the tree is killed. */
async function cancel(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill('SIGINT');
  const term = setTimeout(() => child.kill('SIGTERM'), 7_500);
  const kill = setTimeout(() => {
    for (const pid of [child.pid ?? 0, ...descendants(child.pid ?? 0)])
      if (pid > 0) process.kill(pid, 'SIGKILL');
  }, 10_000);
  await ended;
  clearTimeout(term);
  clearTimeout(kill);
}

/** One play of one case: what was injected when, and what deploy-helm said of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { decisiveFinding } from '../../lib/domain/report/findings.ts';
import type { Expectation, Observation, Verdict } from '../../lib/domain/verdict/types.ts';
import type { Ended } from '../../test/support/runner.ts';
import { complete } from '../../test/e2e/support/step.ts';
import type { Major } from '../../test/e2e/support/tools.ts';
import { endOf } from '../kit/audit.ts';
import { whileRunning } from '../kit/children.ts';
import { orAborted } from '../kit/or-aborted.ts';
import { Place } from '../kit/place.ts';
import { root, startTool } from '../kit/run-tool.ts';
import { openJob } from '../kit/step.ts';
import type { Manifest, Play, Stage, VerdictCase } from './case.ts';
import { curveOf } from './curve.ts';
import type { Call } from './curve.ts';
import { firstRefusal } from './refusal.ts';
import type { FickleRegistry } from './registry.ts';
import type { Proof } from './sighting.ts';
import type { Truth } from './truth.ts';

/** What is to be played. */
export interface Task {
  readonly case: VerdictCase;
  readonly part: 'fault' | 'twin';
  readonly round: number;
  readonly helm: Major;
  /** A twin that recovers only after so many graces, while nothing is called: for the curve. */
  readonly late?: number;
}

/** Times are milliseconds since the epoch. */
export interface Round {
  readonly case: string;
  readonly part: Task['part'];
  readonly round: number;
  readonly late?: number;
  readonly helm: Major;
  readonly way: 'install' | 'upgrade';
  readonly result: string;
  readonly reason: string;
  readonly rule: string;
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly proofAt?: number | undefined;
  readonly mendedAt?: number | undefined;
  readonly verdictAt?: number | undefined;
  readonly curve: readonly Call[];
  /** The bench itself stumbled: nothing was measured. */
  readonly trouble?: string;
}

export interface Setting {
  readonly truth: Truth;
  readonly registry: FickleRegistry;
  /** The sample service, pinned. */
  readonly service: string;
  /** The script of deploy-helm. */
  readonly entry: string;
  readonly auditLog: string;
}

export const release = 'shop';
export const chart = 'sandbox/charts/faults';

export async function play(task: Task, setting: Setting, signal: AbortSignal): Promise<Round> {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(await Place.open(task.helm));
  const namespace = place.namespace.name;
  stack.use(setting.truth.follow(namespace));
  const { service, registry } = setting;
  const stage: Stage = { place, namespace, service, registry, defer: (undo) => stack.defer(undo) };
  return await orAborted(played(task, stage, setting), signal);
}

async function played(task: Task, stage: Stage, setting: Setting): Promise<Round> {
  const { case: about, part } = task;
  const script = part === 'fault' ? about.fault : about.twin;
  if (script === undefined) throw new Error(`${about.id} has no ${part}`);
  await prepare(script, stage, setting);

  const logEnd = await endOf(setting.auditLog);
  const values = await valuesFile(stage, await script.objects(stage));
  const since = Date.now();
  const over = new AbortController();
  const mending = mend(task, stage, setting.truth, since, over.signal);
  const ended = await deploy(stage, setting.entry, values, deployTerms(task));
  over.abort();
  const mendedAt = await mending;

  const proof = about.fault?.proof;
  const user = stage.place.identity.user;
  const proofAt =
    proof === 'refusal'
      ? await firstRefusal(setting.auditLog, logEnd, user)
      : proof && setting.truth.firstProof(stage.namespace, proof, since);
  const way = script.base === undefined ? 'install' : 'upgrade';
  return { ...whatItWas(task), way, ...whatWasSaid(ended), proofAt, mendedAt };
}

const whatItWas = ({ case: { id }, part, round, helm, late }: Task) => ({
  case: id,
  part,
  round,
  helm,
  ...(late === undefined ? {} : { late }),
});

/** Nothing was measured, for this reason. */
export const stumbled = (task: Task, error: unknown): Round => ({
  ...whatItWas(task),
  way: 'install',
  result: 'none',
  reason: '',
  rule: '',
  cause: '',
  startedAt: 0,
  endedAt: 0,
  curve: [],
  trouble: error instanceof Error ? error.message : String(error),
});

async function prepare(
  { before, base, baseIs = 'ready', between }: Play,
  stage: Stage,
  { entry }: Setting,
): Promise<void> {
  await before?.(stage);
  if (base !== undefined) {
    const values = await valuesFile(stage, base(stage));
    await (baseIs === 'ready' ? shipReady(stage, entry, values) : shipBroken(stage, values));
  }
  await between?.(stage);
}

async function shipReady(stage: Stage, entry: string, values: string): Promise<void> {
  const { exit, shown } = await deploy(stage, entry, values, { timeout: '120s' });
  if (exit !== 0) throw new Error(`the release before ended with ${exit}:\n${shown}`);
}

/** Nobody waits for it, but for its pods to be there. */
async function shipBroken({ place, namespace }: Stage, values: string): Promise<void> {
  const upgrade = ['upgrade', release, chart, '--install', '--namespace', namespace, '--values', values];
  await startTool([join(place.bin, 'helm'), ...upgrade], place.programEnv).ended;
  await place.namespace.until('v1 Pod', 'web-0', ({ status }) =>
    JSON.stringify(status).includes('"running"'),
  );
}

/** JSON is YAML. */
export async function valuesFile({ place }: Stage, objects: readonly Manifest[]): Promise<string> {
  const path = join(place.home, 'values.yaml');
  await writeFile(path, JSON.stringify({ objects }));
  return path;
}

type Terms = Readonly<Record<string, string>>;

const deployTerms = ({ late }: Task): Terms =>
  late === undefined ? { timeout: '300s', 'fail-fast': 'balanced' } : { timeout: '600s', 'fail-fast': 'off' };

async function deploy({ place }: Stage, entry: string, values: string, terms: Terms): Promise<Ended> {
  await using job = await openJob(place.stepEnv);
  const asked = { release, chart, 'values-files': values, 'on-failure': 'leave', ...terms };
  const inputs = await complete('deploy-helm', { ...place.stepInputs, ...asked });
  const running = job.start({ entry, cwd: root, inputs });
  return await whileRunning(() => running.pid, running.ended);
}

/** When it was mended; undefined when it never was, or the step was over before. */
async function mend(
  { part, late, case: { twin, fault } }: Task,
  stage: Stage,
  truth: Truth,
  since: number,
  over: AbortSignal,
): Promise<number | undefined> {
  const { recovery } = twin;
  if (part === 'fault' || recovery === undefined) return undefined;
  const proof: Proof | undefined =
    recovery.since ?? (typeof fault?.proof === 'function' ? fault.proof : undefined);
  if (proof === undefined) throw new Error('a recovery needs a proof to count from');
  const grace = typeof fault?.grace === 'number' ? fault.grace : 0;
  const wait: Milliseconds = late === undefined ? recovery.after : late * grace;
  try {
    await truth.untilProof(stage.namespace, proof, since, over);
    await after(wait, undefined, { signal: over });
  } catch (error) {
    if (over.aborted) return undefined;
    throw error;
  }
  await recovery.mend(stage);
  return Date.now();
}

interface Data {
  readonly verdict?: Verdict;
  readonly judged?: { readonly expectation: Expectation };
  readonly observations?: readonly Observation[];
}

function whatWasSaid({ outputs, report, startedAt, endedAt, shown }: Ended) {
  const { verdict, judged, observations = [] } = (report?.data ?? {}) as Data;
  const finding = verdict && decisiveFinding(verdict);
  return {
    result: outputs['result'] ?? 'none',
    reason: outputs['reason'] ?? shown.slice(-2_000),
    rule: finding?.rule ?? '',
    cause: finding?.cause ?? '',
    startedAt,
    endedAt,
    verdictAt: verdict?.at,
    curve: judged === undefined ? [] : curveOf(judged.expectation, observations),
  };
}

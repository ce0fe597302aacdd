import { join } from 'node:path';
import type { Actor } from '../domain/record/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Spawn, SpawnStream } from '../ports/process.ts';
import { systemClock } from './clock.ts';
import { actorOf, debugOf, inputsOf, read } from './environment.ts';
import type { Env } from './environment.ts';
import type { Host } from './host.ts';
import { stepLog } from './log.ts';
import type { StepLog } from './log.ts';
import { Masks } from './masking.ts';
import { stepMark } from './orphans.ts';
import { processStreams } from './process-stream.ts';
import { processSpawn } from './process.ts';
import { listenForCancel } from './signals.ts';
import type { Cancellation } from './signals.ts';
import { stepState } from './state.ts';
import type { State } from './state.ts';
import type { TempDir } from './tempdir.ts';

/** What wiring makes the ports from. */
export interface Context {
  readonly env: Env;
  readonly clock: Clock;
  readonly spawn: Spawn;
  /** For programs through which bytes pass. */
  readonly streams: SpawnStream;
  readonly log: StepLog;
  /** Private to this step; the path also for tools that want a folder of their own. What is kept bears no secret. */
  readonly temp: TempDir;
  /** Aborts with a CancelledError when the runner cancels the step. */
  readonly signal: AbortSignal;
  readonly state: State;
  readonly actor: Actor;
}

/** A step as it runs: the context and what only the runtime uses. */
export interface Step {
  readonly context: Context;
  readonly given: Readonly<Record<string, string>>;
  readonly masks: Masks;
  readonly cancellation: Cancellation;
  readonly startedAt: number;
  /** Rejects on what nobody caught, so that it is reported like any other error. */
  readonly crash: Promise<never>;
}

/** Opens the step. Secrets are masked first: nothing is printed before. */
export function openStep(
  { name, secrets = [] }: { name: string; secrets?: readonly string[] },
  host: Host,
  makeTemp: (env: Env, state: State, action: string) => TempDir,
): Step {
  const { env } = host;
  const given = inputsOf(env);
  const masks = new Masks(
    (text) => host.write(text),
    (line) => log.warn(line),
  );
  const log = stepLog((text) => host.write(text), masks, debugOf(env));
  for (const secret of secrets) masks.mask(given[secret] ?? '');

  const state = stepState(env, masks);
  const cancellation = listenForCancel((signal) => log.info(`${name}: cancelled (${signal}); stopping`));
  const temp = makeTemp(env, state, name);
  const marked = { ...env, ...stepMark(temp.path), ...kubectlCache(env, temp.path) };
  const context: Context = {
    env,
    clock: systemClock,
    spawn: processSpawn(marked),
    streams: processStreams(marked),
    log,
    temp: { ...temp, keep: (file, text) => temp.keep(file, masks.redact(text)) },
    signal: cancellation.signal,
    state,
    actor: actorOf(env, given),
  };
  return { context, given, masks, cancellation, startedAt: systemClock.now(), crash: uncaught() };
}

/** Without a home, kubectl (from 1.25 on it asks for this) and helm keep a cache in the folder that they run in: the checkout. */
const kubectlCache = (env: Env, folder: string): Record<string, string> =>
  read(env, 'HOME') === '' ? { KUBECACHEDIR: join(folder, 'kube-cache') } : {};

function uncaught(): Promise<never> {
  const crash = new Promise<never>((_, reject) => {
    process.once('uncaughtException', reject);
    process.once('unhandledRejection', reject);
    // Nothing left to wait for, yet nobody answered: a promise was lost.
    process.once('beforeExit', () => reject(new Error('the step ended without a result')));
  });
  crash.catch(() => undefined);
  return crash;
}

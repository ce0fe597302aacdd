import { inputsOf, read } from '../../lib/runtime/environment.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { kubeconfigFor } from '../../lib/wiring/database.ts';
import { wireBackupDb } from '../backup-db/wire.ts';
import { wireDeploy, wireFinish as wireFinishDeploy } from '../deploy-helm/wire.ts';
import { wireFinish as wireFinishRollback, wireRollback } from '../rollback/wire.ts';
import { wireSmokeTest } from '../smoke-test/wire.ts';
import type { Work } from './finish.ts';
import { parseInputs } from './inputs.ts';
import type { Left } from './left.ts';
import type { Ports } from './ports.ts';

const leftState = 'release';
const cancelState = 'cancelled-at';

/** Each phase is wired by its own action, as soon as its inputs are known, with a state of its own for post. */
export function wireRelease(context: Context): Ports {
  const { clock, log, temp: files, env, spawn, actor, signal } = context;
  signal.addEventListener('abort', () => context.state.save(cancelState, String(Date.now())));
  return {
    clock,
    log,
    files,
    workspace: read(env, 'GITHUB_WORKSPACE'),
    spawn,
    actor,
    signal,
    leave: (left) => context.state.save(leftState, left === undefined ? '' : JSON.stringify(left)),
    connect: {
      deploy: (inputs) => wireDeploy(ofPhase('deploy', context), inputs),
      backup: (inputs) => wireBackupDb(context, inputs),
      smoke: (inputs) => wireSmokeTest(context, inputs),
      rollback: (inputs) => wireRollback(ofPhase('rollback', context), inputs),
      commands: async ({ cluster }) => ({ KUBECONFIG: (await kubeconfigFor(cluster, context)).path }),
    },
  };
}

export async function wireFinish(context: Context): Promise<Work> {
  const saved = context.state.get(leftState) ?? '';
  const left = saved === '' ? undefined : (JSON.parse(saved) as Left);
  return {
    deploy: await wireFinishDeploy(ofPhase('deploy', context)),
    rollback: await wireFinishRollback(ofPhase('rollback', context)),
    release: left && {
      left,
      inputs: () => parseInputs(inputsOf(context.env), context.env),
      ports: wireRelease(context),
      cancelledAt: Number(context.state.get(cancelState)) || undefined,
    },
  };
}

/** What one phase leaves to post does not take the place of what another one has left. */
const ofPhase = (phase: string, context: Context): Context => ({
  ...context,
  state: {
    save: (name, value) => context.state.save(`${phase}-${name}`, value),
    get: (name) => context.state.get(`${phase}-${name}`),
  },
});

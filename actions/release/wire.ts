import { inputsOf, read } from '../../lib/runtime/environment.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { kubeconfigFor } from '../../lib/wiring/database.ts';
import { handover, tellOfCancel, toldOfCancel } from '../../lib/wiring/handover.ts';
import { wireBackupDb } from '../backup-db/wire.ts';
import { wireDeploy, wireFinish as wireFinishDeploy } from '../deploy-helm/wire.ts';
import { wireFinish as wireFinishRollback, wireRollback } from '../rollback/wire.ts';
import { wireSmokeTest } from '../smoke-test/wire.ts';
import type { Work } from './finish.ts';
import { parseInputs } from './inputs.ts';
import type { Left } from './left.ts';
import type { Ports } from './ports.ts';

/** Beside what its phases leave. */
const own = 'release';

/** Each phase is wired by its own action, as soon as its inputs are known, with a state of its own for post. */
export function wireRelease(context: Context): Ports {
  const { clock, log, temp: files, env, spawn, actor, signal } = context;
  tellOfCancel(context);
  return {
    clock,
    log,
    files,
    workspace: read(env, 'GITHUB_WORKSPACE'),
    spawn,
    actor,
    signal,
    leave: handover<Left>(context, own).tell,
    connect: {
      deploy: (inputs) => wireDeploy(ofPhase('deploy', context), inputs),
      backup: () => wireBackupDb(context),
      smoke: (inputs) => wireSmokeTest(context, inputs),
      rollback: (inputs) => wireRollback(ofPhase('rollback', context), inputs),
      commands: async ({ cluster }) => ({ KUBECONFIG: (await kubeconfigFor(cluster, context)).path }),
    },
  };
}

export async function wireFinish(context: Context): Promise<Work> {
  const left = handover<Left>(context, own).told();
  return {
    deploy: await wireFinishDeploy(ofPhase('deploy', context)),
    rollback: await wireFinishRollback(ofPhase('rollback', context)),
    release: left && {
      left,
      inputs: () => parseInputs(inputsOf(context.env), context.env),
      ports: wireRelease(context),
      cancelledAt: toldOfCancel(context),
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

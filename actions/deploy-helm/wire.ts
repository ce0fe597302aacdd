import { randomUUID } from 'node:crypto';
import { connectGitHub } from '../../lib/adapters/github/connect.ts';
import { connectRelease } from '../../lib/adapters/release/connect.ts';
import type { ReleaseAdapters } from '../../lib/adapters/release/connect.ts';
import { progressLine } from '../../lib/domain/verdict/progress.ts';
import type { WorkloadProgress } from '../../lib/domain/verdict/types.ts';
import type { ClusterAccess } from '../../lib/domain/cluster.ts';
import { githubOf, inputsOf, proxyOf, read } from '../../lib/runtime/environment.ts';
import { startHeartbeat } from '../../lib/runtime/heartbeat.ts';
import { isAlive } from '../../lib/runtime/process-group.ts';
import type { Context } from '../../lib/runtime/step.ts';
import type { Inputs } from './inputs.ts';
import type { FinishPorts } from './finish.ts';
import type { Left } from './left.ts';
import type { Ports } from './ports.ts';

const leftState = 'left';
const cancelState = 'cancelled-at';

/** The ports of main. */
export async function wireMain(context: Context, inputs: Inputs): Promise<Ports> {
  const { ports, adapters } = await wire(context, inputs.cluster);
  const holder = {
    actor: context.actor,
    nonce: randomUUID(),
    pid: process.pid,
    runner: read(context.env, 'RUNNER_NAME'),
  };
  const leave = (left: Left | undefined): void =>
    context.state.save(
      leftState,
      left === undefined ? '' : JSON.stringify({ left, access: adapters.access }),
    );
  // Post has what is left of the five minutes that GitHub gives a cancelled job.
  context.signal.addEventListener('abort', () => context.state.save(cancelState, String(Date.now())));
  return { ...ports, holder, leave };
}

/** The ports of post, and what main left; undefined when it left nothing. */
export async function wirePost(context: Context): Promise<{ left: Left; ports: FinishPorts } | undefined> {
  const saved = context.state.get(leftState) ?? '';
  if (saved === '') return undefined;
  const { left, access } = JSON.parse(saved) as { left: Left; access: ClusterAccess };
  const cancelledAt = Number(context.state.get(cancelState)) || undefined;
  return { left, ports: { ...(await wire(context, access)).ports, cancelledAt } };
}

async function wire(
  context: Context,
  access: ClusterAccess,
): Promise<{ ports: Omit<Ports, 'holder' | 'leave'>; adapters: ReleaseAdapters }> {
  const { env, clock, spawn, log, temp, signal, actor } = context;
  const github = connectGitHub({
    token: inputsOf(env)['github-token'] ?? '',
    ...githubOf(env),
    clock,
    signal,
    actor,
    log,
  });
  const adapters = await connectRelease(access, {
    action: 'deploy-helm',
    clock,
    spawn,
    log,
    files: temp,
    proxy: proxyOf(env),
    workspace: read(env, 'GITHUB_WORKSPACE'),
    helmDriver: env['HELM_DRIVER'],
    service: { host: read(env, 'KUBERNETES_SERVICE_HOST'), port: read(env, 'KUBERNETES_SERVICE_PORT') },
    jobs: github.jobs,
    processAlive: isAlive,
    monotonic: () => performance.now(),
  });
  return {
    ports: {
      ...adapters,
      clock,
      log,
      files: temp,
      signal,
      actor,
      github: github.deployments,
      progress: progressSaid(context),
    },
    adapters,
  };
}

/** Progress for a person: what is not ready and why, when it changes and at least every 10 s. */
function progressSaid({ clock, log }: Context): (workloads: readonly WorkloadProgress[]) => void {
  let text = '';
  startHeartbeat(
    clock,
    (line) => log.info(line),
    () => text,
  );
  return (workloads) => {
    text = workloads
      .filter(({ ready }) => !ready)
      .map(progressLine)
      .join('; ');
  };
}

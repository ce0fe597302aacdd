/** What every action on a Helm release is put together from: the same for its main and its post. */
import { randomUUID } from 'node:crypto';
import { connectRelease } from '../adapters/release/connect.ts';
import type { ReleaseAdapters } from '../adapters/release/connect.ts';
import type { ClusterAccess } from '../domain/cluster.ts';
import type { Milliseconds } from '../domain/duration.ts';
import type { GitHubDeployments, GitHubJobs } from '../ports/github.ts';
import type { Holder } from '../ports/records.ts';
import type { OnProgress } from '../ports/rollout.ts';
import { helmRegistryConfig, read } from '../runtime/environment.ts';
import { isAlive } from '../runtime/process-group.ts';
import { progressSaid } from '../runtime/progress.ts';
import type { Context } from '../runtime/step.ts';
import { handover, tellOfCancel, toldOfCancel } from './handover.ts';
import { clusterSurroundings, githubFor } from './step.ts';

export interface ReleaseWiring
  extends ReleaseAdapters, Pick<Context, 'clock' | 'log' | 'spawn' | 'signal' | 'actor'> {
  readonly files: Context['temp'];
  readonly github: GitHubDeployments;
  readonly jobs: GitHubJobs;
  readonly progress: OnProgress;
}

/** Main may end early: what it leaves goes to post through the step's state. */
export interface MainWiring<Left> extends ReleaseWiring {
  readonly holder: Holder;
  readonly leave: (left: Left | undefined) => void;
}

export async function wireMain<Left>(
  action: string,
  context: Context,
  access: ClusterAccess,
): Promise<MainWiring<Left>> {
  const wired = await wire(action, context, access);
  const holder = {
    actor: context.actor,
    nonce: randomUUID(),
    pid: process.pid,
    runner: read(context.env, 'RUNNER_NAME'),
  };
  const { tell } = handover<Told<Left>>(context);
  const leave = (left: Left | undefined): void => tell(left && { left, access: wired.access });
  tellOfCancel(context);
  return { ...wired, holder, leave };
}

interface Told<Left> {
  readonly left: Left;
  /** As main resolved it. */
  readonly access: ClusterAccess;
}

export interface PostWiring<Left> {
  readonly left: Left;
  readonly ports: ReleaseWiring & {
    /** When main was cancelled, milliseconds since the epoch; undefined when it was killed or failed. */
    readonly cancelledAt: Milliseconds | undefined;
  };
}

/** The ports of post, and what main left; undefined when it left nothing. */
export async function wirePost<Left>(
  action: string,
  context: Context,
): Promise<PostWiring<Left> | undefined> {
  const told = handover<Told<Left>>(context).told();
  if (told === undefined) return undefined;
  const { left, access } = told;
  return { left, ports: { ...(await wire(action, context, access)), cancelledAt: toldOfCancel(context) } };
}

async function wire(action: string, context: Context, access: ClusterAccess): Promise<ReleaseWiring> {
  const { env, clock, spawn, log, temp, signal, actor } = context;
  const github = githubFor(context);
  const adapters = await connectRelease(access, {
    ...clusterSurroundings(action, context),
    spawn,
    files: temp,
    workspace: read(env, 'GITHUB_WORKSPACE'),
    helmRegistryConfig: helmRegistryConfig(env),
    helmDriver: env['HELM_DRIVER'],
    jobs: github.jobs,
    processAlive: isAlive,
    monotonic: () => performance.now(),
  });
  return {
    ...adapters,
    clock,
    spawn,
    log,
    files: temp,
    signal,
    actor,
    github: github.deployments,
    jobs: github.jobs,
    progress: progressSaid(context),
  };
}

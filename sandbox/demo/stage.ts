import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWorkflow } from '../act/run.ts';
import type { WorkflowRun } from '../act/workflow-run.ts';
import type { Sandbox } from '../client.ts';
import type { Recorded } from '../github/journal.ts';
import { startGitHub } from '../github/server.ts';
import type { GitHub } from '../github/server.ts';
import { startBuildkit } from '../images/buildkit.ts';
import type { Buildkit } from '../images/buildkit.ts';
import { withLock } from '../lock.ts';
import { ensureTools } from '../tools.ts';
import { startBackupStore } from './database.ts';
import type { BackupStore } from './database.ts';
import { firstFiles, newTeam, workflowFiles } from './team.ts';
import type { EnvironmentName, Team } from './team.ts';

/** Who may approve what; act asks nobody, the page shows where GitHub would. */
export const reviewers: Readonly<Partial<Record<EnvironmentName, readonly string[]>>> = {
  production: ['grace'],
};

const repositoryName = 'acme/shop';
const token = 'stand-in-token';

export interface StageOptions {
  readonly helm: 3 | 4;
  /** What `OWNER/slipway` is; this work tree unless given. */
  readonly slipway?: string;
  readonly onLine?: (job: string, line: string) => void;
  /** Cancels the run that is under way. */
  readonly signal?: AbortSignal;
}

/** A team with its repository, cluster access and GitHub, which works by running the example workflows. */
export interface Stage {
  /** Commits, and runs the release workflow for an image as *Run workflow* would. */
  ship(image: { readonly version: string; readonly pinned: string }): Promise<Shipped>;
  /** Commits to main, from where the workflow builds what it ships. */
  push(message: string): Promise<Shipped>;
  /** Runs the emergency workflow, as somebody on call would. */
  rollBack(order: EmergencyOrder): Promise<Shipped>;
  /** Whether the team's backup store has something under this address. */
  stores(uri: string): boolean;
  /** Address of the service in an environment, once something was shipped there. */
  url(environment: EnvironmentName): Promise<string>;
}

/** What the form of the emergency workflow asks. */
export interface EmergencyOrder {
  readonly environment: EnvironmentName;
  readonly to: string;
  readonly reason: string;
  readonly dryRun?: boolean;
}

export interface Shipped {
  readonly run: WorkflowRun;
  readonly number: number;
  readonly commit: string;
  /** GitHub Deployments that the run told about, oldest first. */
  readonly deployments: readonly ToldDeployment[];
  /** What the run sent to GitHub that GitHub's published description does not know. */
  readonly refusedByGitHub: readonly string[];
}

/** A GitHub Deployment with the last status that the run gave it. */
export interface ToldDeployment {
  readonly environment: string;
  /** `deploy` or `rollback`. */
  readonly task: string;
  readonly state: string;
  readonly description: string;
}

/**
 * Sets the stage up on the sandbox for `work`; afterwards nothing of it is left there or on disk. One at a time on a
 * machine, for the example workflow says which namespaces it ships to.
 */
export const onStage = <T>(
  sandbox: Sandbox,
  options: StageOptions,
  work: (stage: Stage) => Promise<T>,
): Promise<T> => withLock('stage of the example workflow', () => set(sandbox, options, work));

async function set<T>(
  sandbox: Sandbox,
  options: StageOptions,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  // One for all runs: like a team's, it keeps what it built.
  await using buildkit = await startBuildkit();
  await using backups = await startBackupStore();
  const builder = { buildkit, ...(await ensureTools(['buildx'])) };
  const folder = await mkdtemp(join(tmpdir(), 'slipway-stage-'));
  const environments = [
    { name: 'staging' },
    { name: 'production', reviewers: [...(reviewers.production ?? [])] },
  ];
  const github = await startGitHub({ seed: { repositories: [{ name: repositoryName, environments }] } });
  try {
    const team = await newTeam(sandbox, join(folder, 'shop'));
    try {
      const images = `${sandbox.registry}/acme`;
      const setting = { team, github, builder, backups, images, artifactFolder: join(folder, 'artifacts') };
      return await work(stageOf(setting, options));
    } finally {
      await team.leave();
    }
  } finally {
    await github.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Setting {
  readonly team: Team;
  readonly github: GitHub;
  /** What the runner builds images with; it reaches the sandbox's registry under the name that the cluster knows. */
  readonly builder: { readonly buildx: string; readonly buildkit: Buildkit };
  readonly backups: BackupStore;
  /** The folder of the team's images in the registry. */
  readonly images: string;
  readonly artifactFolder: string;
}

function stageOf(
  { team, github, builder, backups, images, artifactFolder }: Setting,
  { helm, ...watching }: StageOptions,
): Stage {
  const firstRun = Date.now();
  let number = 0;

  async function play(
    workflow: string,
    message: string,
    event: { readonly name: string; readonly payload: object },
  ): Promise<Shipped> {
    number++;
    const commit = await team.repository.commit(message, number === 1 ? await firstFiles() : {});
    const [requests, violations] = [github.recorded.length, github.violations.length];
    const run = await runWorkflow({
      repository: team.repository,
      workflow,
      event: { name: event.name, payload: { ...event.payload } },
      secrets: { KUBECONFIG: team.kubeconfig, GITHUB_TOKEN: token, ...backups.secrets },
      variables: { IMAGES: images, ...backups.variables },
      helm,
      runId: firstRun + number,
      artifactFolder,
      github: {
        GITHUB_REPOSITORY: repositoryName,
        GITHUB_RUN_NUMBER: String(number),
        GITHUB_API_URL: github.url,
      },
      programs: { buildx: builder.buildx },
      environment: { BUILDKIT_HOST: builder.buildkit.address },
      ...watching,
    });
    return {
      run,
      number,
      commit,
      deployments: await toldDeployments(github, github.recorded.slice(requests)),
      refusedByGitHub: github.violations
        .slice(violations)
        .map(({ method, path, faults }) => `${method} ${path}: ${faults.join('; ')}`),
    };
  }

  const dispatch = (workflow: string, message: string, inputs: object): Promise<Shipped> =>
    play(workflow, message, { name: 'workflow_dispatch', payload: { inputs } });

  return {
    ship: ({ version, pinned }) =>
      dispatch(workflowFiles.release, `Ship ${version}`, { image: pinned, version }),
    push: (message) =>
      play(workflowFiles.build, message, { name: 'push', payload: { ref: 'refs/heads/main' } }),
    rollBack({ environment, to, reason, dryRun = false }) {
      // GitHub's event has every input as text; the workflow makes a boolean of it.
      const inputs = { environment, to, reason, 'dry-run': String(dryRun) };
      return dispatch(workflowFiles.emergency, 'Nothing new', inputs);
    },
    stores: (uri) => backups.holds(uri),
    url: async (environment) => `http://127.0.0.1:${await team.port(environment)}/version`,
  };
}

/** Their statuses as they were sent, for GitHub itself later calls a success of staging `inactive`. */
async function toldDeployments(github: GitHub, recorded: readonly Recorded[]): Promise<ToldDeployment[]> {
  const statuses = new Map<string, Pick<ToldDeployment, 'state' | 'description'>>();
  for (const { operation, path, body, status } of recorded) {
    const [, id] = /\/deployments\/(\d+)\/statuses$/.exec(path) ?? [];
    if (operation !== 'repos/create-deployment-status' || status !== 201 || id === undefined) continue;
    const { state, description } = body as ToldDeployment;
    statuses.set(id, { state, description });
  }
  const ids = [...statuses.keys()].sort((a, b) => Number(a) - Number(b));
  return Promise.all(
    ids.map(async (id) => {
      const headers = { authorization: `Bearer ${token}`, 'user-agent': 'stage' };
      const answer = await fetch(`${github.url}/repos/${repositoryName}/deployments/${id}`, { headers });
      const { environment, task } = (await answer.json()) as ToldDeployment;
      return { environment, task, state: '', description: '', ...statuses.get(id) };
    }),
  );
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWorkflow } from '../act/run.ts';
import type { WorkflowRun } from '../act/workflow-run.ts';
import type { Sandbox } from '../client.ts';
import type { Recorded } from '../github/journal.ts';
import { startGitHub } from '../github/server.ts';
import type { GitHub } from '../github/server.ts';
import { withLock } from '../lock.ts';
import { firstFiles, newTeam, workflowFile } from './team.ts';
import type { EnvironmentName, Team } from './team.ts';

/** Who may approve what; act asks nobody, the page shows where GitHub would. */
export const reviewers: Readonly<Partial<Record<EnvironmentName, readonly string[]>>> = {
  production: ['grace'],
};

const repositoryName = 'acme/shop';

export interface StageOptions {
  readonly helm: 3 | 4;
  readonly onLine?: (job: string, line: string) => void;
  /** Cancels the run that is under way. */
  readonly signal?: AbortSignal;
}

/** A team with its repository, cluster access and GitHub, which ships by running the example workflow. */
export interface Stage {
  /** Commits, and runs the workflow for an image as *Run workflow* would. */
  ship(image: { readonly version: string; readonly pinned: string }): Promise<Shipped>;
  /** Address of the service in an environment, once something was shipped there. */
  url(environment: EnvironmentName): Promise<string>;
}

export interface Shipped {
  readonly run: WorkflowRun;
  readonly number: number;
  readonly commit: string;
  /** By environment, the last status that the run gave its GitHub Deployment. */
  readonly deployments: Readonly<Record<string, DeploymentStatus>>;
  /** What the run sent to GitHub that GitHub's published description does not know. */
  readonly refusedByGitHub: readonly string[];
}

export interface DeploymentStatus {
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
  const folder = await mkdtemp(join(tmpdir(), 'slipway-stage-'));
  const environments = [
    { name: 'staging' },
    { name: 'production', reviewers: [...(reviewers.production ?? [])] },
  ];
  const github = await startGitHub({ seed: { repositories: [{ name: repositoryName, environments }] } });
  try {
    const team = await newTeam(sandbox, join(folder, 'shop'));
    try {
      return await work(stageOf(team, github, join(folder, 'artifacts'), options));
    } finally {
      await team.leave();
    }
  } finally {
    await github.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function stageOf(
  team: Team,
  github: GitHub,
  artifactFolder: string,
  { helm, ...watching }: StageOptions,
): Stage {
  const firstRun = Date.now();
  let number = 0;
  return {
    async ship({ version, pinned }) {
      number++;
      const commit = await team.repository.commit(`Ship ${version}`, number === 1 ? await firstFiles() : {});
      const [requests, violations] = [github.recorded.length, github.violations.length];
      const run = await runWorkflow({
        repository: team.repository,
        workflow: workflowFile,
        event: { name: 'workflow_dispatch', payload: { inputs: { image: pinned } } },
        secrets: { KUBECONFIG: team.kubeconfig, GITHUB_TOKEN: 'stand-in-token' },
        helm,
        runId: firstRun + number,
        artifactFolder,
        github: {
          GITHUB_REPOSITORY: repositoryName,
          GITHUB_RUN_NUMBER: String(number),
          GITHUB_API_URL: github.url,
        },
        ...watching,
      });
      return {
        run,
        number,
        commit,
        deployments: lastStatuses(github.recorded.slice(requests)),
        refusedByGitHub: github.violations
          .slice(violations)
          .map(({ method, path, faults }) => `${method} ${path}: ${faults.join('; ')}`),
      };
    },
    url: async (environment) => `http://127.0.0.1:${await team.port(environment)}/version`,
  };
}

function lastStatuses(recorded: readonly Recorded[]): Record<string, DeploymentStatus> {
  const statuses: Record<string, DeploymentStatus> = {};
  for (const { operation, body, status } of recorded) {
    if (operation !== 'repos/create-deployment-status' || status !== 201) continue;
    const { environment, state, description } = body as DeploymentStatus & { environment: string };
    statuses[environment] = { state, description };
  }
  return statuses;
}

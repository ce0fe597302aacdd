import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWorkflow } from '../act/run.ts';
import type { WorkflowRun } from '../act/workflow-run.ts';
import type { Sandbox } from '../client.ts';
import { startGitHub } from '../github/server.ts';
import type { GitHub } from '../github/server.ts';
import { firstFiles, newTeam, workflowFile } from './team.ts';
import type { EnvironmentName, Team } from './team.ts';

/** Who may approve what; act asks nobody, the page shows where GitHub would. */
export const reviewers: Readonly<Partial<Record<EnvironmentName, readonly string[]>>> = {
  production: ['grace'],
};

const repositoryName = 'acme/shop';

/** A team with its repository, cluster access and GitHub; ships by running the example workflow. */
export interface Stage extends AsyncDisposable {
  readonly team: Team;
  readonly github: GitHub;
  /** Commits and runs the workflow for an image, as *Run workflow* would. */
  ship(image: { version: string; pinned: string }, order?: ShipOrder): Promise<Shipped>;
  /** Address of the service in an environment, once something was shipped there. */
  url(environment: EnvironmentName): Promise<string>;
}

export interface ShipOrder {
  readonly onLine?: (job: string, line: string) => void;
  readonly signal?: AbortSignal;
}

export interface Shipped {
  readonly run: WorkflowRun;
  readonly number: number;
  readonly commit: string;
}

/** Sets it all up on the sandbox; disposed of, nothing of it is left there or on disk. */
export async function newStage(sandbox: Sandbox, helm: 3 | 4): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-stage-'));
  const environments = [
    { name: 'staging' },
    { name: 'production', reviewers: [...(reviewers.production ?? [])] },
  ];
  const github = await startGitHub({ seed: { repositories: [{ name: repositoryName, environments }] } });
  const team = await newTeam(sandbox, join(folder, 'shop'));
  const firstRun = Date.now();
  let runs = 0;
  return {
    team,
    github,
    async ship({ version, pinned }, order = {}) {
      const number = ++runs;
      const commit = await team.repository.commit(`Ship ${version}`, number === 1 ? await firstFiles() : {});
      const run = await runWorkflow({
        repository: team.repository,
        workflow: workflowFile,
        event: { name: 'workflow_dispatch', payload: { inputs: { image: pinned } } },
        secrets: { KUBECONFIG: team.kubeconfig, GITHUB_TOKEN: 'stand-in-token' },
        helm,
        runId: firstRun + number,
        artifactFolder: join(folder, 'artifacts'),
        github: {
          GITHUB_REPOSITORY: repositoryName,
          GITHUB_RUN_NUMBER: String(number),
          GITHUB_API_URL: github.url,
        },
        ...order,
      });
      return { run, number, commit };
    },
    url: async (environment) => `http://127.0.0.1:${await team.port(environment)}/version`,
    async [Symbol.asyncDispose]() {
      await team.leave();
      await github.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

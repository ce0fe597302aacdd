import type { Actor } from '../../domain/record/types.ts';
import type { GitHubGate } from '../../ports/gate.ts';
import type { GitHubDeployments, GitHubHistory, GitHubJobs } from '../../ports/github.ts';
import type { GitHubIssues } from '../../ports/issues.ts';
import type { Log } from '../../ports/log.ts';
import { githubClient } from './client.ts';
import type { GitHubAccess } from './client.ts';
import { githubDeployments } from './deployments.ts';
import { githubGate } from './gate.ts';
import { githubHistory } from './history.ts';
import { githubIssues } from './issues.ts';
import { githubJobs } from './jobs.ts';

export interface GitHubOptions extends GitHubAccess {
  /** GITHUB_SERVER_URL, for links. */
  readonly serverUrl: string;
  readonly actor: Actor;
  readonly log: Log;
}

export interface GitHubPorts {
  readonly deployments: GitHubDeployments;
  readonly jobs: GitHubJobs;
  readonly history: GitHubHistory;
  readonly gate: GitHubGate;
  readonly issues: GitHubIssues;
}

/** The GitHub ports. With an empty token they do nothing, know nothing and never fail; but history says that it cannot. */
export function connectGitHub(options: GitHubOptions): GitHubPorts {
  const { token, actor, serverUrl, log } = options;
  const call = token === '' ? undefined : githubClient(options);
  return {
    deployments: githubDeployments(call, actor, serverUrl, log),
    jobs: githubJobs(call, log),
    history: githubHistory(call, actor.repository),
    gate: githubGate(call, actor),
    issues: githubIssues(call, actor.repository),
  };
}

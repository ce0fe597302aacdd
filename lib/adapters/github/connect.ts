import type { Actor } from '../../domain/record/types.ts';
import type { GitHubDeployments, GitHubJobs } from '../../ports/github.ts';
import type { Log } from '../../ports/log.ts';
import { githubClient } from './client.ts';
import type { GitHubAccess } from './client.ts';
import { githubDeployments } from './deployments.ts';
import { githubJobs } from './jobs.ts';

export interface GitHubOptions extends GitHubAccess {
  /** GITHUB_SERVER_URL, for links. */
  readonly serverUrl: string;
  readonly actor: Actor;
  readonly log: Log;
}

/** The GitHub ports. With an empty token they do nothing, know nothing and never fail. */
export function connectGitHub(options: GitHubOptions): { deployments: GitHubDeployments; jobs: GitHubJobs } {
  const { token, actor, serverUrl, log } = options;
  const call = token === '' ? undefined : githubClient(options);
  return { deployments: githubDeployments(call, actor, serverUrl, log), jobs: githubJobs(call, log) };
}

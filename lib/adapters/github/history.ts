import { TargetError } from '../../domain/errors.ts';
import { mostDeployments } from '../../ports/github.ts';
import type { GitHubHistory, PastDeployment } from '../../ports/github.ts';
import type { GitHubCall } from './client.ts';
import { GitHubRefused } from './refusal.ts';

interface Listed {
  readonly id: number;
  readonly sha: string;
  readonly task: string;
  readonly payload?: unknown;
}

interface ListedStatus {
  readonly state: string;
  readonly description?: string | null;
  readonly created_at: string;
  readonly log_url?: string | null;
}

/** Reads what was deployed. Unlike the writing port it never goes on without an answer: a decision leans on it. */
export function githubHistory(call: GitHubCall | undefined, repository: string): GitHubHistory {
  const path = `/repos/${repository}/deployments`;
  return {
    async *deploymentsIn(environment) {
      const query = new URLSearchParams({ environment, per_page: String(mostDeployments) });
      const listed = (await asked(call, `${path}?${query.toString()}`, repository)) as readonly Listed[];
      for (const { id, sha, task, payload } of listed) {
        const statuses = (await asked(
          call,
          `${path}/${id}/statuses?per_page=30`,
          repository,
        )) as readonly ListedStatus[];
        yield {
          id,
          sha,
          task,
          payload: parsed(payload),
          statuses: statuses.map(({ state, description, created_at, log_url }) => ({
            state,
            description: description ?? '',
            at: Date.parse(created_at),
            logUrl: log_url ?? '',
          })),
        } satisfies PastDeployment;
      }
    },
  };
}

async function asked(call: GitHubCall | undefined, path: string, repository: string): Promise<unknown> {
  const subject = `Deployments of ${repository}`;
  if (call === undefined)
    throw new TargetError('GitHub cannot be asked what was verified', {
      subject,
      remedy: 'give github-token, with permission deployments: read',
    });
  try {
    return await call('GET', path);
  } catch (error) {
    if (!(error instanceof GitHubRefused)) throw error;
    throw new TargetError(
      `GitHub does not say what was verified: ${error.message}`,
      { subject, remedy: 'the job needs permissions: deployments: read' },
      { cause: error },
    );
  }
}

/** GitHub gives a payload back as it was sent: as an object, or as the text of one. */
function parsed(payload: unknown): unknown {
  if (typeof payload !== 'string') return payload;
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return undefined;
  }
}

import { TargetError } from '../../domain/errors.ts';
import type { GateIssue } from '../../domain/gate/issue.ts';
import type { GitHubIssues } from '../../ports/issues.ts';
import type { CallOptions, GitHubCall } from './client.ts';
import { GitHubRefused } from './refusal.ts';

interface RawIssue {
  readonly number: number;
  readonly html_url: string;
  readonly user: { readonly login: string } | null;
  readonly labels: readonly (string | { readonly name?: string })[];
  readonly state: string;
  readonly body?: string | null;
  readonly pull_request?: object;
}

/** `call` is undefined where there is no token. */
export function githubIssues(call: GitHubCall | undefined, repository: string): GitHubIssues {
  const issues = `/repos/${repository}/issues`;
  const ask = async (
    method: Parameters<GitHubCall>[0],
    path: string,
    options?: CallOptions,
  ): Promise<unknown> => {
    if (call === undefined) throw refused('there is no github-token', repository);
    try {
      return await call(method, path, options);
    } catch (error) {
      if (!(error instanceof GitHubRefused)) throw error;
      throw refused(error.message, repository, error);
    }
  };
  return {
    // Once: a second issue for the same proposal would ask people twice.
    open: async (issue) => issueOf(await ask('POST', issues, { body: issue, repeat: 'once' })),
    get: (number) => ask('GET', `${issues}/${number}`).then(issueOf, undefinedWhereMissing),
    async labelled(label) {
      const query = new URLSearchParams({ labels: label, state: 'all', per_page: '100' });
      const found = (await ask('GET', `${issues}?${query.toString()}`)) as readonly RawIssue[];
      // Pull requests are issues to GitHub.
      return found.filter((issue) => issue.pull_request === undefined).map(issueOf);
    },
    async comment(number, body) {
      await ask('POST', `${issues}/${number}/comments`, { body: { body }, repeat: 'once' });
    },
    async close(number, reason) {
      await ask('PATCH', `${issues}/${number}`, { body: { state: 'closed', state_reason: reason } });
    },
    async permissionOf(login) {
      const path = `/repos/${repository}/collaborators/${encodeURIComponent(login)}/permission`;
      const { permission, role_name: role } = (await ask('GET', path)) as {
        permission: string;
        role_name: string;
      };
      return { permission, role };
    },
  };
}

function issueOf(body: unknown): GateIssue {
  const { number, html_url: url, user, labels, state, body: text } = body as RawIssue;
  return {
    number,
    url,
    author: user?.login ?? '',
    labels: labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? []))),
    state: state === 'open' ? 'open' : 'closed',
    body: text ?? '',
  };
}

function undefinedWhereMissing(error: unknown): undefined {
  const { cause } = error as Error;
  if (cause instanceof GitHubRefused && cause.status === 404) return undefined;
  throw error;
}

const refused = (why: string, repository: string, cause?: unknown): TargetError =>
  new TargetError(
    `GitHub does not let the issue be used: ${why}`,
    { subject: `issues of ${repository}`, remedy: 'give github-token, with permissions: issues: write' },
    cause === undefined ? {} : { cause },
  );

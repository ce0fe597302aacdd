import type { Answer } from './exchange.ts';

/** GitHub answered, and said no. */
export class GitHubRefused extends Error {
  override readonly name = 'GitHubRefused';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export function refusalOf(method: string, path: string, { status, headers, body }: Answer): GitHubRefused {
  const said = (body as { message?: unknown } | undefined)?.message;
  const message = typeof said === 'string' ? said : 'no reason given';
  return new GitHubRefused(
    `${status} ${message} (${method} ${path.replace(/\?.*/, '')})${hint(status, headers)}`,
    status,
  );
}

function hint(status: number, headers: Answer['headers']): string {
  if (status === 401) return '; github-token is not valid here';
  if (status === 403 && headers['x-ratelimit-remaining'] === '0')
    return '; the rate limit of this token is used up';
  // GitHub names what would have been enough: `deployments=write`.
  const needed = headers['x-accepted-github-permissions'];
  if (status === 403)
    return `; the job needs permissions: ${typeof needed === 'string' ? needed.replaceAll('=', ': ') : 'deployments: write'}`;
  return '';
}

import type { Answer } from './exchange.ts';
import { permissionFor } from './permissions.ts';

/** GitHub answered, and said no. */
export class GitHubRefused extends Error {
  override readonly name = 'GitHubRefused';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** `needs`: what the job must be allowed for the whole errand, where this request alone takes less. */
export function refusalOf(
  method: string,
  path: string,
  { status, headers, body }: Answer,
  needs?: string,
): GitHubRefused {
  const said = (body as { message?: unknown } | undefined)?.message;
  const message = typeof said === 'string' ? said : 'no reason given';
  const [bare = ''] = path.split('?');
  // GitHub names what would have been enough: `deployments=write`. A proxy or an old GHES may leave it out.
  const named = headers['x-accepted-github-permissions'];
  const allowed = typeof named === 'string' ? named.replaceAll('=', ': ') : permissionFor(method, path);
  return new GitHubRefused(
    `${status} ${message} (${method} ${bare})${hint(status, headers, needs ?? allowed)}`,
    status,
  );
}

function hint(status: number, headers: Answer['headers'], needs: string | undefined): string {
  if (status === 401) return '; github-token is not valid here';
  if (status === 403 && headers['x-ratelimit-remaining'] === '0')
    return '; the rate limit of this token is used up';
  return status === 403 && needs !== undefined ? `; the job needs permissions: ${needs}` : '';
}

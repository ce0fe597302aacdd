/**
 * What a token must be allowed for each request that the suite makes, in the words of a workflow's `permissions:`.
 * From GitHub's "Permissions required for GitHub Apps" (docs.github.com/rest/authentication, API version 2022-11-28),
 * which hold for the token of a workflow, too. docs/github.md is the same list for people; a test keeps them together.
 */
export interface Permitted {
  /** GitHub's name for the request, as in its OpenAPI description. */
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  /** `metadata: read` is what every token has: it cannot be given, and need not be. */
  readonly needs: string;
}

const requests: readonly (readonly [operation: string, request: string, needs: string])[] = [
  ['actions/get-job-for-workflow-run', 'GET actions/jobs/{id}', 'actions: read'],
  ['actions/get-reviews-for-run', 'GET actions/runs/{id}/approvals', 'actions: read'],
  ['actions/get-workflow-run-attempt', 'GET actions/runs/{id}/attempts/{number}', 'actions: read'],
  ['actions/list-artifacts-for-repo', 'GET actions/artifacts', 'actions: read'],
  ['issues/create', 'POST issues', 'issues: write'],
  ['issues/create-comment', 'POST issues/{number}/comments', 'issues: write'],
  ['issues/get', 'GET issues/{number}', 'issues: read'],
  ['issues/list-for-repo', 'GET issues', 'issues: read'],
  ['issues/update', 'PATCH issues/{number}', 'issues: write'],
  ['repos/compare-commits-with-basehead', 'GET compare/{range}', 'contents: read'],
  ['repos/create-deployment', 'POST deployments', 'deployments: write'],
  ['repos/create-deployment-status', 'POST deployments/{id}/statuses', 'deployments: write'],
  ['repos/get-collaborator-permission-level', 'GET collaborators/{login}/permission', 'metadata: read'],
  ['repos/get-content', 'GET contents/{path...}', 'contents: read'],
  ['repos/get-environment', 'GET environments/{name}', 'actions: read'],
  ['repos/list-deployment-statuses', 'GET deployments/{id}/statuses', 'deployments: read'],
  ['repos/list-deployments', 'GET deployments', 'deployments: read'],
  // Of an organization: no token of a workflow has it.
  ['teams/get-by-name', 'GET /orgs/{org}/teams/{team}', 'members: read'],
  [
    'teams/get-membership-for-user-in-org',
    'GET /orgs/{org}/teams/{team}/memberships/{login}',
    'members: read',
  ],
];

export const permitted: readonly Permitted[] = requests.map(([operation, request, needs]) => {
  const [method = '', path = ''] = request.split(' ');
  const below = path.replaceAll('{path...}', '[^?]*').replaceAll(/\{\w+\}/g, '[^/?]+');
  const whole = below.startsWith('/') ? below : `/repos/[^/]+/[^/]+/${below}`;
  return { operation, method, path: new RegExp(`^${whole}$`), needs };
});

/** What this request needs; undefined for one that is not in the list. A query does not matter. */
export function permissionFor(method: string, path: string): string | undefined {
  const [bare = ''] = path.split('?');
  return permitted.find((one) => one.method === method && one.path.test(bare))?.needs;
}

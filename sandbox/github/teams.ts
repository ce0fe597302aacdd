import { notFound, ok } from './call.ts';
import type { Answer, Call } from './call.ts';
import { idOf, nodeId, user } from './people.ts';

type OfOrganization = Omit<Call, 'repository'>;

export function getTeam({ base, world, path }: OfOrganization): Answer {
  const [org, slug] = [String(path['org']), String(path['team_slug'])];
  const found = world.team(org, slug);
  if (!found) return notFound();
  const at = world.now();
  const url = `${base}/orgs/${org}/teams/${slug}`;
  const id = idOf(url);
  return ok({
    id,
    node_id: nodeId('Team', id),
    url,
    html_url: url,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    name: slug,
    slug,
    description: null,
    permission: 'pull',
    type: 'organization',
    created_at: at,
    updated_at: at,
    members_count: found.members.length,
    repos_count: 0,
    organization: organization(base, org, at),
  });
}

export function getMembership({ base, world, path }: OfOrganization): Answer {
  const [org, slug, login] = ['org', 'team_slug', 'username'].map((name) => String(path[name]));
  const member = world
    .team(org ?? '', slug ?? '')
    ?.members.some((one) => one.toLowerCase() === login?.toLowerCase());
  if (member !== true) return notFound();
  return ok({
    url: `${base}/orgs/${org}/teams/${slug}/memberships/${login}`,
    role: 'member',
    state: 'active',
  });
}

function organization(base: string, login: string, at: string): object {
  const url = `${base}/orgs/${login}`;
  const { id, node_id, avatar_url } = user(base, login);
  return {
    login,
    id,
    node_id,
    avatar_url,
    url,
    html_url: `${base}/${login}`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    description: null,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: 1,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: 'Organization',
    created_at: at,
    updated_at: at,
    archived_at: null,
  };
}

import { createHash } from 'node:crypto';

type Json = Record<string, unknown>;

/** A stable id for a name. */
export const idOf = (name: string): number => createHash('sha1').update(name).digest().readUIntBE(0, 4);

export const nodeId = (kind: string, id: number): string => Buffer.from(`${kind}:${id}`).toString('base64');

/** A user, or a bot where the login ends in `[bot]`. */
export function user(base: string, login: string): Json {
  const url = `${base}/users/${encodeURIComponent(login)}`;
  const id = idOf(login);
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${base}/avatars/${id}`,
    gravatar_id: '',
    url,
    html_url: `${base}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    site_admin: false,
  };
}

export function team(base: string, slug: string): Json {
  const id = idOf(slug);
  const url = `${base}/teams/${id}`;
  return {
    id,
    node_id: nodeId('Team', id),
    name: slug,
    slug,
    description: null,
    permission: 'push',
    url,
    html_url: `${base}/orgs/o/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    parent: null,
  };
}

/** Names of the URL templates that GitHub lists in every repository; `…_url` = `/…` unless said otherwise. */
const templates: Record<string, string> = {
  archive: '{archive_format}{/ref}',
  assignees: 'assignees{/user}',
  blobs: 'git/blobs{/sha}',
  branches: 'branches{/branch}',
  collaborators: 'collaborators{/collaborator}',
  comments: 'comments{/number}',
  commits: 'commits{/sha}',
  compare: 'compare/{base}...{head}',
  contents: 'contents/{+path}',
  contributors: 'contributors',
  deployments: 'deployments',
  downloads: 'downloads',
  events: 'events',
  forks: 'forks',
  git_commits: 'git/commits{/sha}',
  git_refs: 'git/refs{/sha}',
  git_tags: 'git/tags{/sha}',
  hooks: 'hooks',
  issue_comment: 'issues/comments{/number}',
  issue_events: 'issues/events{/number}',
  issues: 'issues{/number}',
  keys: 'keys{/key_id}',
  labels: 'labels{/name}',
  languages: 'languages',
  merges: 'merges',
  milestones: 'milestones{/number}',
  notifications: 'notifications{?since,all,participating}',
  pulls: 'pulls{/number}',
  releases: 'releases{/id}',
  stargazers: 'stargazers',
  statuses: 'statuses/{sha}',
  subscribers: 'subscribers',
  subscription: 'subscription',
  tags: 'tags',
  teams: 'teams',
  trees: 'git/trees{/sha}',
};

/** The short form of a repository, as runs carry it. */
export function repository(base: string, name: string): Json {
  const [owner = '', short = ''] = name.split('/');
  const url = `${base}/repos/${name}`;
  const id = idOf(name);
  const urls = Object.entries(templates).map(([key, path]) => [`${key}_url`, `${url}/${path}`]);
  return {
    id,
    node_id: nodeId('Repository', id),
    name: short,
    full_name: name,
    owner: user(base, owner),
    private: false,
    description: null,
    fork: false,
    url,
    html_url: `${base}/${name}`,
    ...Object.fromEntries(urls),
  };
}

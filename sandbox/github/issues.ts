import { notFound, ok, page } from './call.ts';
import type { Answer, Call } from './call.ts';
import { idOf, nodeId, user } from './people.ts';
import type { Issue } from './world.ts';

interface IssueIntent {
  title?: string;
  body?: string;
  labels?: string[];
  state?: 'open' | 'closed';
  state_reason?: string;
}

export function createIssue(call: Call): Answer {
  const { repository, world } = call;
  const { title = '', body = '', labels = [] } = call.body as IssueIntent;
  const issue: Issue = {
    number: repository.issues.length + 1,
    title,
    body,
    labels,
    state: 'open',
    author: world.actor,
    createdAt: world.now(),
    comments: [],
  };
  repository.issues.push(issue);
  return { status: 201, body: showIssue(call, issue) };
}

export function getIssue(call: Call): Answer {
  const issue = findIssue(call);
  return issue ? ok(showIssue(call, issue)) : notFound();
}

/** Newest first, as GitHub lists them; only of the state and with the labels that are asked for. */
export function listIssues(call: Call): Answer {
  const { repository, query } = call;
  const state = String(query['state'] ?? 'open');
  const labels = String(query['labels'] ?? '')
    .split(',')
    .filter(Boolean);
  const found = repository.issues.filter(
    (one) => (state === 'all' || one.state === state) && labels.every((label) => one.labels.includes(label)),
  );
  const { items, headers } = page(call, found.toReversed());
  return { ...ok(items.map((one) => showIssue(call, one))), headers };
}

export function updateIssue(call: Call): Answer {
  const issue = findIssue(call);
  if (!issue) return notFound();
  const { title, body, labels, state, state_reason: reason } = call.body as IssueIntent;
  Object.assign(issue, {
    ...(title !== undefined && { title }),
    ...(body !== undefined && { body }),
    ...(labels !== undefined && { labels }),
    ...(state !== undefined && { state }),
    ...(reason !== undefined && { reason }),
  });
  return ok(showIssue(call, issue));
}

export function createComment(call: Call): Answer {
  const issue = findIssue(call);
  if (!issue) return notFound();
  const { base, repository, world } = call;
  const { body } = call.body as { body: string };
  issue.comments.push({ author: world.actor, body });
  const id = world.nextId();
  const at = world.now();
  const url = `${base}/repos/${repository.name}/issues`;
  return {
    status: 201,
    body: {
      id,
      node_id: nodeId('IssueComment', id),
      url: `${url}/comments/${id}`,
      html_url: `${base}/${repository.name}/issues/${issue.number}#issuecomment-${id}`,
      issue_url: `${url}/${issue.number}`,
      body,
      user: user(base, world.actor),
      created_at: at,
      updated_at: at,
      author_association: 'NONE',
    },
  };
}

/** What somebody may do; who is not named in the seed may only read, as in a public repository. */
export function getPermission(call: Call): Answer {
  const login = String(call.path['username']);
  const permission = call.repository.permissions[login.toLowerCase()] ?? 'read';
  const role =
    permission === 'write' || permission === 'admin' || permission === 'read' ? permission : 'write';
  return ok({
    permission: role,
    role_name: permission,
    user: { ...user(call.base, login), role_name: permission },
  });
}

const findIssue = ({ repository, path }: Call): Issue | undefined =>
  repository.issues.find(({ number }) => number === Number(path['issue_number']));

function showIssue({ base, repository }: Call, issue: Issue): object {
  const url = `${base}/repos/${repository.name}/issues/${issue.number}`;
  const id = idOf(url);
  return {
    id,
    node_id: nodeId('Issue', id),
    url,
    repository_url: `${base}/repos/${repository.name}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${base}/${repository.name}/issues/${issue.number}`,
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.reason ?? null,
    locked: false,
    user: user(base, issue.author),
    labels: issue.labels.map((name) => ({
      id: idOf(name),
      node_id: nodeId('Label', idOf(name)),
      url: `${base}/repos/${repository.name}/labels/${name}`,
      name,
      description: null,
      color: 'ededed',
      default: false,
    })),
    assignee: null,
    assignees: [],
    milestone: null,
    comments: issue.comments.length,
    created_at: issue.createdAt,
    updated_at: issue.createdAt,
    closed_at: issue.state === 'closed' ? issue.createdAt : null,
    author_association: 'NONE',
  };
}

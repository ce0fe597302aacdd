import { invalid, notFound, ok, page, refuse } from './call.ts';
import type { Answer, Call } from './call.ts';
import { nodeId, user } from './people.ts';
import type { DeploymentState } from './seed.ts';
import { addDeployment, addStatus, shaOf } from './world.ts';
import type { Deployment, DeploymentStatus } from './world.ts';

interface DeploymentIntent {
  ref: string;
  task?: string;
  auto_merge?: boolean;
  required_contexts?: string[];
  payload?: Record<string, unknown> | string;
  environment?: string;
  description?: string | null;
  transient_environment?: boolean;
  production_environment?: boolean;
}

interface StatusIntent {
  state: DeploymentState;
  target_url?: string;
  log_url?: string;
  description?: string;
  environment?: string;
  environment_url?: string;
  auto_inactive?: boolean;
}

const longestDescription = 140;

export function listDeployments(call: Call): Answer {
  const { repository, query } = call;
  const asked = (name: 'sha' | 'ref' | 'task' | 'environment', value: string): boolean =>
    query[name] === undefined || query[name] === 'none' || query[name] === value;
  const found = repository.deployments.filter(
    (one) =>
      asked('sha', one.sha) &&
      asked('ref', one.ref) &&
      asked('task', one.task) &&
      asked('environment', one.environment),
  );
  const { items, headers } = page(call, found.toReversed());
  return { ...ok(items.map((one) => showDeployment(call, one))), headers };
}

export function getDeployment(call: Call): Answer {
  const deployment = find(call);
  return deployment ? ok(showDeployment(call, deployment)) : notFound();
}

export function createDeployment(call: Call): Answer {
  const { repository, world } = call;
  const asked = call.body as DeploymentIntent;
  const sha = shaOf(repository, asked.ref);
  if (!sha) return refuse(422, `No ref found for: ${asked.ref}`);
  if ((asked.auto_merge ?? true) && repository.behindDefaultBranch && sha !== asked.ref) {
    return { status: 202, body: { message: `Auto-merged main into ${asked.ref} on deployment.` } };
  }
  const required = repository.failingContexts.filter((one) => asked.required_contexts?.includes(one) ?? true);
  if (required.length > 0)
    return refuse(409, `Conflict: Commit status checks failed for ${asked.ref}: ${required.join(', ')}.`);

  const deployment = addDeployment(repository, world, {
    ref: asked.ref,
    sha,
    environment: asked.environment ?? 'production',
    ...(asked.task !== undefined && { task: asked.task }),
    ...(asked.payload !== undefined && { payload: asked.payload }),
    ...(typeof asked.description === 'string' && { description: asked.description }),
    ...(asked.transient_environment !== undefined && { transient: asked.transient_environment }),
    ...(asked.production_environment !== undefined && { production: asked.production_environment }),
  });
  return { status: 201, body: showDeployment(call, deployment) };
}

export function listStatuses(call: Call): Answer {
  const deployment = find(call);
  if (!deployment) return notFound();
  const { items, headers } = page(call, deployment.statuses.toReversed());
  return { ...ok(items.map((one) => showStatus(call, deployment, one))), headers };
}

export function createStatus(call: Call): Answer {
  const { repository, world } = call;
  const deployment = find(call);
  if (!deployment) return notFound();
  const asked = call.body as StatusIntent;
  if ((asked.description ?? '').length > longestDescription) {
    return invalid(
      'DeploymentStatus',
      'description',
      `description is too long (maximum is ${longestDescription} characters)`,
    );
  }
  const log = asked.log_url ?? asked.target_url;
  const status = addStatus(deployment, world, {
    state: asked.state,
    ...(asked.description !== undefined && { description: asked.description }),
    ...(asked.environment !== undefined && { environment: asked.environment }),
    ...(log !== undefined && { logUrl: log }),
    ...(asked.environment_url !== undefined && { environmentUrl: asked.environment_url }),
  });
  if (asked.state === 'success' && (asked.auto_inactive ?? true)) {
    for (const one of repository.deployments.filter((other) => retiredBy(deployment, other))) {
      addStatus(one, world, { state: 'inactive' });
    }
  }
  return { status: 201, body: showStatus(call, deployment, status) };
}

/** GitHub's rule: prior, same environment, neither transient nor production, and successful. */
function retiredBy(newer: Deployment, other: Deployment): boolean {
  return (
    other.id < newer.id &&
    other.environment === newer.environment &&
    !other.transient &&
    !other.production &&
    other.statuses.at(-1)?.state === 'success'
  );
}

const find = ({ repository, path }: Call): Deployment | undefined =>
  repository.deployments.find((one) => one.id === path['deployment_id']);

export function showDeployment({ base, repository }: Call, one: Deployment): Record<string, unknown> {
  const repositoryUrl = `${base}/repos/${repository.name}`;
  const url = `${repositoryUrl}/deployments/${one.id}`;
  return {
    url,
    id: one.id,
    node_id: nodeId('Deployment', one.id),
    sha: one.sha,
    ref: one.ref,
    task: one.task,
    payload: one.payload,
    original_environment: one.originalEnvironment,
    environment: one.environment,
    description: one.description,
    creator: user(base, one.creator),
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl,
    transient_environment: one.transient,
    production_environment: one.production,
    performed_via_github_app: null,
  };
}

function showStatus(
  { base, repository }: Call,
  of: Deployment,
  one: DeploymentStatus,
): Record<string, unknown> {
  const repositoryUrl = `${base}/repos/${repository.name}`;
  const deploymentUrl = `${repositoryUrl}/deployments/${of.id}`;
  return {
    url: `${deploymentUrl}/statuses/${one.id}`,
    id: one.id,
    node_id: nodeId('DeploymentStatus', one.id),
    state: one.state,
    creator: user(base, one.creator),
    description: one.description,
    environment: one.environment,
    target_url: one.logUrl,
    log_url: one.logUrl,
    environment_url: one.environmentUrl,
    created_at: one.createdAt,
    updated_at: one.createdAt,
    deployment_url: deploymentUrl,
    repository_url: repositoryUrl,
    performed_via_github_app: null,
  };
}

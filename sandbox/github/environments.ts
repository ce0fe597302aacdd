import { notFound, ok, refuse } from './call.ts';
import type { Answer, Call } from './call.ts';
import { showDeployment } from './deployments.ts';
import { idOf, nodeId, team, user } from './people.ts';
import { findRun } from './runs.ts';
import type { EnvironmentSeed } from './seed.ts';
import { addDeployment } from './world.ts';

type Json = Record<string, unknown>;

export function getEnvironment(call: Call): Answer {
  const asked = String(call.path['environment_name']).toLowerCase();
  const found = call.repository.environments.find((one) => one.name.toLowerCase() === asked);
  if (!found) return notFound();
  return ok({
    ...named(call, found.name),
    protection_rules: protectionRules(call, found),
    deployment_branch_policy: found.branches
      ? {
          protected_branches: found.branches === 'protected',
          custom_branch_policies: found.branches === 'custom',
        }
      : null,
  });
}

/** Who approved or rejected what in this run. */
export function listApprovals(call: Call): Answer {
  const run = findRun(call);
  if (!run) return notFound();
  return ok(
    run.approvals.map((one) => ({
      environments: one.environments.map((name) => named(call, name)),
      state: one.state,
      user: user(call.base, one.user),
      comment: one.comment ?? '',
    })),
  );
}

export function listPending(call: Call): Answer {
  const run = findRun(call);
  if (!run) return notFound();
  return ok(
    run.pending.map((name) => {
      const environment = environmentOf(call, name);
      return {
        environment: identity(call, name),
        wait_timer: environment.waitMinutes ?? 0,
        wait_timer_started_at: environment.waitMinutes ? call.world.now() : null,
        current_user_can_approve: true,
        reviewers: reviewers(call, environment),
      };
    }),
  );
}

/** Decides for waiting environments, as *Review deployments* on the run page does. */
export function reviewPending(call: Call): Answer {
  const run = findRun(call);
  if (!run) return notFound();
  const asked = call.body as { environment_ids: number[]; state: 'approved' | 'rejected'; comment: string };
  const decided = run.pending.filter((name) => asked.environment_ids.includes(idOf(name)));
  if (decided.length === 0) return refuse(422, 'No pending deployment requests to approve or reject');

  run.pending = run.pending.filter((name) => !decided.includes(name));
  run.approvals.push({
    environments: decided,
    state: asked.state,
    user: call.world.actor,
    comment: asked.comment,
  });
  const deployments = decided.map((environment) =>
    addDeployment(call.repository, call.world, { ref: run.headBranch ?? 'main', environment }),
  );
  return ok(deployments.map((one) => showDeployment(call, one)));
}

const environmentOf = ({ repository }: Call, name: string): EnvironmentSeed =>
  repository.environments.find((one) => one.name === name) ?? { name };

function named(call: Call, name: string): Json {
  const at = call.world.now();
  return { ...identity(call, name), created_at: at, updated_at: at };
}

function identity({ base, repository }: Call, name: string): Json {
  const id = idOf(name);
  return {
    id,
    node_id: nodeId('Environment', id),
    name,
    url: `${base}/repos/${repository.name}/environments/${encodeURIComponent(name)}`,
    html_url: `${base}/${repository.name}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
  };
}

function protectionRules(call: Call, environment: EnvironmentSeed): Json[] {
  const rule = (type: string, more: Json): Json => {
    const id = idOf(`${environment.name} ${type}`);
    return { id, node_id: nodeId('GateRule', id), type, ...more };
  };
  const people = reviewers(call, environment);
  const preventSelfReview = environment.preventSelfReview ?? false;
  return [
    ...(environment.waitMinutes ? [rule('wait_timer', { wait_timer: environment.waitMinutes })] : []),
    ...(people.length > 0
      ? [rule('required_reviewers', { prevent_self_review: preventSelfReview, reviewers: people })]
      : []),
    ...(environment.branches ? [rule('branch_policy', {})] : []),
  ];
}

function reviewers({ base }: Call, { reviewers = [], teams = [] }: EnvironmentSeed): Json[] {
  return [
    ...reviewers.map((login) => ({ type: 'User', reviewer: user(base, login) })),
    ...teams.map((slug) => ({ type: 'Team', reviewer: team(base, slug) })),
  ];
}

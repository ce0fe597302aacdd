import { messageOf } from '../../domain/errors.ts';
import { longestDescription } from '../../domain/record/status-line.ts';
import type { Actor } from '../../domain/record/types.ts';
import type { DeploymentPlan, GitHubDeployments } from '../../ports/github.ts';
import type { Log } from '../../ports/log.ts';
import type { GitHubCall } from './client.ts';
import { GitHubRefused } from './refusal.ts';

interface Deployment {
  readonly id: number;
  readonly payload?: unknown;
}

interface Status {
  readonly target_url?: string | null;
  readonly log_url?: string | null;
}

/** More than one Deployment of the same commit and environment is rare; each costs a request to look into. */
const lookedInto = 5;

/** Deployments of the job's own repository. Without `call` (no token) nothing is done, and that is said once. */
export function githubDeployments(
  call: GitHubCall | undefined,
  actor: Actor,
  serverUrl: string,
  log: Log,
): GitHubDeployments {
  const path = `/repos/${actor.repository}/deployments`;

  const attempt = async <T>(what: string, body: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await body();
    } catch (error) {
      log.warn(`${what}: ${messageOf(error)}. The release goes on without it.`);
      return undefined;
    }
  };

  return {
    async begin(plan) {
      if (call === undefined) {
        log.warn('no GitHub Deployment: github-token is empty');
        return undefined;
      }
      return attempt('the GitHub Deployment could not be set', () => findOrCreate(call, path, plan, actor));
    },
    async report(id, state, { description, environment, environmentUrl }) {
      if (call === undefined) return;
      const body = {
        state,
        environment,
        description: cut(description),
        log_url: runUrl(serverUrl, actor),
        ...(environmentUrl === undefined || environmentUrl === '' ? {} : { environment_url: environmentUrl }),
        ...(state === 'success' ? { auto_inactive: true } : {}),
      };
      await attempt(`the GitHub Deployment could not be set to ${state}`, () =>
        call('POST', `${path}/${id}/statuses`, { body }),
      );
    },
  };
}

/** To look is allowed with less; but who is told so would be refused again at the next request. */
const toWrite = { needs: 'deployments: write' };

/** A create whose answer was lost may have been carried out: it is looked for before the second attempt. */
async function findOrCreate(
  call: GitHubCall,
  path: string,
  plan: DeploymentPlan,
  actor: Actor,
): Promise<number> {
  const before = await find(call, path, plan, actor);
  if (before !== undefined) return before;
  try {
    return await create(call, path, plan, actor);
  } catch (error) {
    if (error instanceof GitHubRefused && error.status < 500) throw error;
    return (await find(call, path, plan, actor)) ?? create(call, path, plan, actor);
  }
}

/** The Deployment that GitHub made for a job with `environment:`, or the one that this job made itself. */
async function find(
  call: GitHubCall,
  path: string,
  { environment, task, commit }: DeploymentPlan,
  actor: Actor,
): Promise<number | undefined> {
  const sha = commit ?? actor.sha;
  const query = new URLSearchParams({ environment, sha, per_page: String(lookedInto) });
  const found = (await call('GET', `${path}?${query.toString()}`, toWrite)) as readonly Deployment[];
  const made = found.find(({ payload }) => isMadeBy(payload, task, actor));
  // A rollback gets a Deployment of its own: the job's says what was asked for, not what runs afterwards.
  if (made !== undefined || task === 'rollback') return made?.id;
  for (const { id } of found) {
    const statuses = (await call('GET', `${path}/${id}/statuses?per_page=30`, toWrite)) as readonly Status[];
    if (statuses.some((status) => isOfJob(status, actor))) return id;
  }
  return undefined;
}

async function create(call: GitHubCall, path: string, plan: DeploymentPlan, actor: Actor): Promise<number> {
  const { environment, task, description, payload, commit: ref = actor.sha } = plan;
  const body = {
    // The commit, not the branch: the branch may have moved on since.
    ref,
    task,
    environment,
    description: cut(description),
    auto_merge: false,
    required_contexts: [],
    payload: { ...payload, slipway: signature(task, actor) },
  };
  return ((await call('POST', path, { body, repeat: 'once' })) as Deployment).id;
}

const signature = (task: string, { run, attempt, job }: Actor): string => `${task} ${run}/${attempt}/${job}`;

function isMadeBy(payload: unknown, task: string, actor: Actor): boolean {
  return (payload as { slipway?: unknown } | null | undefined)?.slipway === signature(task, actor);
}

/** GitHub puts the job's page into `log_url`: `…/actions/runs/<run>/job/<id>`. Without an id of ours the run must do. */
function isOfJob({ target_url, log_url }: Status, { run, job }: Actor): boolean {
  const page = /^\d+$/.test(job) ? `/actions/runs/${run}/job/${job}` : `/actions/runs/${run}`;
  return [target_url, log_url].some(
    (url) => url?.endsWith(page) === true || url?.includes(`${page}/`) === true,
  );
}

const runUrl = (serverUrl: string, { repository, run, job }: Actor): string =>
  `${serverUrl}/${repository}/actions/runs/${run}${/^\d+$/.test(job) ? `/job/${job}` : ''}`;

const cut = (text: string): string =>
  text.length <= longestDescription ? text : `${text.slice(0, longestDescription - 1)}…`;

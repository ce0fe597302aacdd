import { notFound, ok, page } from './call.ts';
import type { Answer, Call } from './call.ts';
import { idOf, nodeId, repository as showRepository, user } from './people.ts';
import type { JobSeed } from './seed.ts';
import type { Run } from './world.ts';

const unknownSha = '0'.repeat(40);

export function getRun(call: Call): Answer {
  const run = findRun(call);
  return run ? ok(showRun(call, run)) : notFound();
}

export function getRunAttempt(call: Call): Answer {
  const run = findRun(call);
  const attempt = Number(call.path['attempt_number']);
  if (!run || attempt < 1 || attempt > run.attempt) return notFound();
  return ok(showRun(call, attempt === run.attempt ? run : earlierAttempt(run, attempt)));
}

/** An attempt that another one followed has ended; with what, its jobs say. */
function earlierAttempt(run: Run, attempt: number): Run {
  const jobs = (run.jobs ?? []).filter((job) => attemptOf(job) === attempt);
  const conclusion =
    jobs.find((job) => job.conclusion && job.conclusion !== 'success')?.conclusion ?? 'failure';
  return { ...run, attempt, status: 'completed', conclusion };
}

export function listJobs(call: Call): Answer {
  const run = findRun(call);
  if (!run) return notFound();
  const all = run.jobs ?? [];
  return jobsPage(
    call,
    run,
    call.query['filter'] === 'all' ? all : all.filter((job) => attemptOf(job) === run.attempt),
  );
}

export function listAttemptJobs(call: Call): Answer {
  const run = findRun(call);
  const attempt = Number(call.path['attempt_number']);
  if (!run || attempt < 1 || attempt > run.attempt) return notFound();
  return jobsPage(
    call,
    run,
    (run.jobs ?? []).filter((job) => attemptOf(job) === attempt),
  );
}

export function getJob(call: Call): Answer {
  for (const run of call.repository.runs) {
    const job = run.jobs?.find((one) => one.id === call.path['job_id']);
    if (job) return ok(showJob(call, run, job));
  }
  return notFound();
}

function jobsPage(call: Call, run: Run, jobs: JobSeed[]): Answer {
  const { items, headers } = page(call, jobs);
  return { ...ok({ total_count: jobs.length, jobs: items.map((job) => showJob(call, run, job)) }), headers };
}

export const findRun = ({ repository, path }: Call): Run | undefined =>
  repository.runs.find((one) => one.id === path['run_id']);

const attemptOf = (job: JobSeed): number => job.attempt ?? 1;

function showRun(call: Call, run: Run): Record<string, unknown> {
  const { base, repository, world } = call;
  const at = world.now();
  const actions = `${base}/repos/${repository.name}/actions`;
  const url = `${actions}/runs/${run.id}`;
  const headSha = run.headSha ?? unknownSha;
  const suite = idOf(`suite ${run.id}`);
  const workflow = idOf(run.name ?? 'release');
  const itself = showRepository(base, repository.name);
  return {
    id: run.id,
    name: run.name ?? 'release',
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: suite,
    check_suite_node_id: nodeId('CheckSuite', suite),
    head_branch: run.headBranch ?? 'main',
    head_sha: headSha,
    path: '.github/workflows/release.yml',
    display_title: run.name ?? 'release',
    run_number: run.id,
    run_attempt: run.attempt,
    event: run.event ?? 'push',
    status: run.status ?? 'in_progress',
    conclusion: run.conclusion ?? null,
    workflow_id: workflow,
    url,
    html_url: `${base}/${repository.name}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: at,
    updated_at: at,
    run_started_at: at,
    actor: user(base, run.actor ?? 'octocat'),
    triggering_actor: user(base, run.triggeringActor ?? run.actor ?? 'octocat'),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${base}/repos/${repository.name}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${actions}/workflows/${workflow}`,
    head_commit: {
      id: headSha,
      tree_id: headSha,
      message: 'release',
      timestamp: at,
      author: { name: 'octocat', email: 'octocat@example.invalid' },
      committer: { name: 'octocat', email: 'octocat@example.invalid' },
    },
    repository: itself,
    head_repository: itself,
  };
}

function showJob(call: Call, run: Run, job: JobSeed): Record<string, unknown> {
  const { base, repository, world } = call;
  const status = job.status ?? 'in_progress';
  const at = world.now();
  const url = `${base}/repos/${repository.name}/actions/jobs/${job.id}`;
  const runner = job.runner ?? 'sandbox';
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${base}/repos/${repository.name}/actions/runs/${run.id}`,
    run_attempt: attemptOf(job),
    node_id: nodeId('CheckRun', job.id),
    head_sha: run.headSha ?? unknownSha,
    head_branch: run.headBranch ?? 'main',
    workflow_name: run.name ?? 'release',
    name: job.name,
    url,
    html_url: `${base}/${repository.name}/actions/runs/${run.id}/job/${job.id}`,
    status,
    conclusion: status === 'completed' ? (job.conclusion ?? 'success') : null,
    created_at: at,
    started_at: at,
    completed_at: status === 'completed' ? at : null,
    steps: [],
    check_run_url: `${base}/repos/${repository.name}/check-runs/${job.id}`,
    labels: ['ubuntu-latest'],
    runner_id: idOf(runner),
    runner_name: runner,
    runner_group_id: 1,
    runner_group_name: 'Default',
  };
}

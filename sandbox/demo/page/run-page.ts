import type { Annotation, Conclusion, JobRun, WorkflowRun } from '../../act/workflow-run.ts';
import type { Shipped } from '../stage.ts';
import { clockTime, escape, lasting } from './html.ts';
import { renderSummary } from './markdown.ts';

export interface RunPage extends Shipped {
  /** Who may approve a deployment to an environment; an environment without reviewers has no gate. */
  readonly reviewers: Readonly<Record<string, readonly string[]>>;
}

const marks: Readonly<Record<Conclusion, string>> = { success: '✓', failure: '✕', skipped: '⊘' };

/** One run as its page on GitHub shows it: job graph with gates, annotations, summaries, artifacts. */
export function runPage({ run, number, commit, deployments, reviewers }: RunPage): string {
  const artifacts = Object.keys(run.artifacts);
  return `<article class="run">
<header><span class="mark ${run.result}">${marks[run.result]}</span><h3>${escape(run.workflow)} <span class="number">#${number}</span></h3></header>
<div class="strip">
  ${fact('Commit', `<code>${commit.slice(0, 7)}</code> main`)}
  ${fact('Status', run.result === 'success' ? 'Success' : 'Failure')}
  ${fact('Started', clockTime(run.startedAt))}
  ${fact('Total duration', lasting(run.endedAt - run.startedAt))}
  ${fact('Artifacts', artifacts.length === 0 ? '–' : String(artifacts.length))}
</div>
<div class="card graph">${run.jobs.map((job) => jobBox(job, run, reviewers)).join('')}</div>
${annotations(run.jobs)}
${run.jobs.map(summaryOf).join('')}
${listCard(
  'Deployments',
  deployments.map(
    ({ environment, task, state, description }) =>
      `${escape(environment)}, ${escape(task)}: <b>${escape(state)}</b> <span class="small">${escape(description)}</span>`,
  ),
)}
${listCard(
  'Artifacts',
  artifacts.map((name) => `<code>${escape(name)}</code>`),
)}
</article>`;
}

const listCard = (title: string, items: readonly string[]): string =>
  items.length === 0
    ? ''
    : `<div class="card"><h4>${title}</h4><ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul></div>`;

const fact = (name: string, value: string): string =>
  `<div><span class="small">${name}</span><br>${value}</div>`;

function jobBox(job: JobRun, { jobs }: WorkflowRun, reviewers: RunPage['reviewers']): string {
  const asked = reviewers[job.environment ?? ''] ?? [];
  const gate = asked.length === 0 ? '' : gateBox(job, asked);
  const wire = job.needs.length === 0 ? '' : '<span class="wire"></span>';
  const took =
    job.startedAt === undefined ? 'skipped' : lasting((job.endedAt ?? job.startedAt) - job.startedAt);
  const environment =
    job.environment === undefined ? '' : `<div class="small">environment ${escape(job.environment)}</div>`;
  const last = jobs.at(-1) === job ? ' last' : '';
  return `${wire}${gate}<div class="job${last}"><span class="mark ${job.result}">${marks[job.result]}</span> <b>${escape(job.name)}</b> <span class="small">${took}</span>${environment}</div>`;
}

/** act knows no gates: what is shown is where GitHub would wait, and for whom. */
function gateBox(job: JobRun, asked: readonly string[]): string {
  const said =
    job.startedAt === undefined
      ? 'nobody was asked: the job before it failed'
      : `here GitHub waits for ${asked.map(escape).join(' or ')}`;
  return `<div class="gate"><b>Review deployments</b><div class="small">${said}</div></div><span class="wire"></span>`;
}

const signs: Readonly<Record<Annotation['kind'], string>> = { error: '✕', warning: '!', notice: 'i' };

function annotations(jobs: readonly JobRun[]): string {
  const all = jobs.flatMap((job) =>
    job.steps.flatMap((step) => step.annotations.map((annotation) => ({ job, annotation }))),
  );
  if (all.length === 0) return '';
  const rows = all.map(
    ({ job, annotation: { kind, title, message } }) =>
      `<li class="${kind}"><span class="sign">${signs[kind]}</span><div><b>${escape(title === '' ? job.name : `${job.name}: ${title}`)}</b><pre>${escape(message)}</pre></div></li>`,
  );
  const errors = all.filter(({ annotation }) => annotation.kind === 'error').length;
  return `<div class="card annotations"><h4>Annotations <span class="small">${errors} ${errors === 1 ? 'error' : 'errors'}, ${all.length - errors} other</span></h4><ul>${rows.join('')}</ul></div>`;
}

/** One card per job with what its steps wrote, in their order. */
function summaryOf({ name, steps }: JobRun): string {
  const written = steps.map(({ summary }) => summary).filter((summary) => summary.trim() !== '');
  if (written.length === 0) return '';
  const parts = written.map((summary) => `<div class="markdown">${renderSummary(summary)}</div>`);
  return `<div class="card summary"><h4>${escape(name)} summary</h4>${parts.join('')}</div>`;
}

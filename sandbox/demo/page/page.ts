import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobOf } from '../../act/workflow-run.ts';
import type { WorkflowRun } from '../../act/workflow-run.ts';
import { reviewers } from '../stage.ts';
import { requestsPerSecond } from '../story.ts';
import type { Chapter } from '../story.ts';
import { wayBackOf } from '../way-back.ts';
import { escape, lasting } from './html.ts';
import { loadChart } from './load-chart.ts';
import { runPage } from './run-page.ts';

export interface PageFacts {
  readonly chapters: readonly Chapter[];
  readonly helm: string;
  readonly madeAt: Date;
}

const style = readFileSync(join(import.meta.dirname, 'style.css'), 'utf8');

/** The whole report as one HTML file that fetches nothing. */
export function page({ chapters, helm, madeAt }: PageFacts): string {
  const asTold = chapters.every(({ differs }) => differs.length === 0);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Slipway: the demo's run pages</title><style>${style}</style></head>
<body><div class="top"><div><b>acme / shop</b> <span class="small">· Actions</span></div></div>
<main>
<h1>${asTold ? 'Three releases, as told' : 'Three releases, and not all went as told'}</h1>
<p class="small">What a release manager would see on GitHub's run pages. Made ${madeAt.toISOString()} by <code>npm run demo</code>: a real Kubernetes, ${escape(helm)}, the example workflows unchanged, run by act.</p>
<table><tr><th>What happened</th><th>How it ended</th><th>Took</th><th>Requests</th><th>Lost</th><th>As told</th></tr>
${chapters.map(row).join('\n')}</table>
${chapters.map(chapterPart).join('\n')}
<footer>Gates and the page's frame are drawn by the demo, since act knows no environments' protection rules; everything inside a summary is what the actions wrote to GITHUB_STEP_SUMMARY. Mermaid charts are drawn as plain SVG.</footer>
</main></body></html>
`;
}

const row = ({ title, run, load, differs }: Chapter): string =>
  `<tr><td>${escape(title)}</td><td>${escape(endingOf(run))}</td><td>${lasting(run.endedAt - run.startedAt)}</td><td>${load?.sent ?? '–'}</td><td>${load?.lost ?? '–'}</td><td>${differs.length === 0 ? '<b class="good">yes</b>' : '<b class="bad">no</b>'}</td></tr>`;

/** In one line, for somebody who has thirty seconds. */
function endingOf({ jobs, result }: WorkflowRun): string {
  const back = jobs.flatMap((job) => {
    const way = wayBackOf(job);
    return way === undefined
      ? []
      : [
          `caught in ${job.name} ${lasting(way.caughtAfter)} after it was ready, ${way.ending} in ${lasting(way.undoneIn)}`,
        ];
  });
  const reached = jobs.filter((job) => job.result === 'success').map(({ name }) => name);
  if (back.length === 0 && result === 'success') return `runs in ${reached.join(' and ')}, smoke test passed`;
  return (
    [
      ...back,
      ...jobs.filter((job) => job.startedAt === undefined).map(({ name }) => `${name} never reached`),
    ].join('; ') || 'failed'
  );
}

/** The three figures that a release manager asks for first. */
function wayBackPart({ run, load }: Chapter): string {
  const [way] = run.jobs.flatMap((job) => wayBackOf(job) ?? []);
  if (way === undefined) return '';
  const box = (kind: string, head: string, text: string): string =>
    `<div class="${kind}"><b>${escape(head)}</b><div class="small">${escape(text)}</div></div>`;
  return `<div class="way-back">
${box('bad-box', `Caught after ${lasting(way.caughtAfter)}`, way.caughtBy)}
${box(way.ending === 'undone and verified' ? 'good-box' : 'bad-box', `${capital(way.ending)} in ${lasting(way.undoneIn)}`, way.undone)}
${load === undefined ? '' : box(load.lost === 0 ? 'good-box' : 'bad-box', `${load.lost} of ${load.sent.toLocaleString('en')} requests lost`, `at ${requestsPerSecond} a second, from before the release until after the rollback`)}
</div>`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const chapterPart = (chapter: Chapter): string => `<section>
<h2>${escape(chapter.title)}</h2>
<p>${escape(chapter.told)}</p>
${chapter.differs.length === 0 ? '' : `<ul class="differs">${chapter.differs.map((difference) => `<li>${escape(difference)}</li>`).join('')}</ul>`}
${wayBackPart(chapter)}
${chapter.load === undefined ? '' : loadChart(chapter.load, requestsPerSecond, jobOf(chapter.run, chapter.load.environment))}
${runPage({ ...chapter, reviewers })}
</section>`;

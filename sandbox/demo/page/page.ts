import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobOf } from '../../act/workflow-run.ts';
import { reviewers } from '../stage.ts';
import { requestsPerSecond } from '../story.ts';
import type { Chapter } from '../story.ts';
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
<p class="small">What a release manager would see on GitHub's run pages. Made ${madeAt.toISOString()} by <code>npm run demo</code>: a real Kubernetes, ${escape(helm)}, the example workflow unchanged, run by act.</p>
<table><tr><th>What happened</th><th>Took</th><th>Requests</th><th>Lost</th><th>As told</th></tr>
${chapters.map(row).join('\n')}</table>
${chapters.map(chapterPart).join('\n')}
<footer>Gates and the page's frame are drawn by the demo, since act knows no environments' protection rules; everything inside a summary is what deploy-helm wrote to GITHUB_STEP_SUMMARY. Mermaid charts are drawn as plain SVG.</footer>
</main></body></html>
`;
}

const row = ({ title, run, load, differs }: Chapter): string =>
  `<tr><td>${escape(title)}</td><td>${lasting(run.endedAt - run.startedAt)}</td><td>${load?.sent ?? '–'}</td><td>${load?.lost ?? '–'}</td><td>${differs.length === 0 ? '<b class="good">yes</b>' : '<b class="bad">no</b>'}</td></tr>`;

const chapterPart = (chapter: Chapter): string => `<section>
<h2>${escape(chapter.title)}</h2>
<p>${escape(chapter.told)}</p>
${chapter.differs.length === 0 ? '' : `<ul class="differs">${chapter.differs.map((difference) => `<li>${escape(difference)}</li>`).join('')}</ul>`}
${chapter.load === undefined ? '' : loadChart(chapter.load, requestsPerSecond, jobOf(chapter.run, chapter.load.environment))}
${runPage({ ...chapter, reviewers })}
</section>`;

import { expect, test } from '@jest/globals';
import type { JobRun, StepRun } from '../../sandbox/act/workflow-run.ts';
import { drawGantt } from '../../sandbox/demo/page/gantt.ts';
import { page } from '../../sandbox/demo/page/page.ts';
import type { Chapter } from '../../sandbox/demo/story.ts';

const step = (summary: string): StepRun => ({
  id: 'deploy',
  name: 'deploy',
  result: 'failure',
  startedAt: 1_000,
  endedAt: 9_000,
  summary,
  outputs: {},
  annotations: [{ kind: 'error', title: 'deploy-helm', message: 'pod <web> hangs\nmend it' }],
  log: [],
});

const job = (id: string, over: Partial<JobRun>): JobRun => ({
  id,
  name: id,
  needs: [],
  environment: id,
  result: 'failure',
  startedAt: 1_000,
  endedAt: 9_000,
  steps: [],
  ...over,
});

const gantt = ['gantt', '  dateFormat x', '  helm upgrade :crit, 1000, 8000', '  undo :done, 8000, 8500'];
const summary = [
  '### ❌ it hangs',
  '| a | b |\n| --- | --- |\n| 1 | `2` |',
  ['```mermaid', ...gantt, '```'].join('\n'),
  '<details><summary>changes</summary>\n\n```diff\n+ Service shop\n- Service <old>\n```\n\n</details>',
].join('\n\n');

const staging = job('staging', { steps: [step(summary)] });
const production = job('production', {
  needs: ['staging'],
  result: 'skipped',
  startedAt: undefined,
  endedAt: undefined,
});

const chapter: Chapter = {
  title: 'v3 <hangs>',
  told: 'It hangs.',
  differs: ['2 requests were lost: ECONNRESET'],
  number: 3,
  commit: '0123456789abcdef',
  deployments: { staging: { state: 'failure', description: 'shop-staging/shop#3 rolled-back' } },
  refusedByGitHub: [],
  load: {
    environment: 'staging',
    sent: 200,
    lost: 2,
    slow: 0,
    causes: { ECONNRESET: 2 },
    latency: { p50: 2, p99: 20, max: 30 },
    seconds: [{ v2: 100 }, { v2: 98, '': 2 }],
    startedAt: 0,
    endedAt: 2_000,
  },
  run: {
    workflow: 'release',
    result: 'failure',
    jobs: [staging, production],
    artifacts: { 'release-record-staging': '/nowhere' },
    startedAt: 0,
    endedAt: 10_000,
    log: '',
  },
};

const html = page({ chapters: [chapter], helm: 'Helm 4', madeAt: new Date(0) });

test('a summary is shown as GitHub would: headings, tables, folds, coloured diffs, drawn timelines', () => {
  expect(html).toContain('❌ it hangs</h3>');
  expect(html).toContain('<td><code>2</code></td>');
  expect(html).toContain('<details><summary>changes</summary>');
  expect(html).toContain('<span class="added">+ Service shop</span>');
  expect(html).toContain('<span class="removed">- Service &lt;old&gt;</span>');
  expect(html).toContain('<svg class="gantt"');
  expect(html).not.toContain('dateFormat');
});

test('the page says what was lost, what differs, and who was not asked', () => {
  expect(html).toContain('not all went as told');
  expect(html).toContain('<b class="bad">2 lost</b>');
  expect(html).toContain('2 × ECONNRESET');
  expect(html).toContain('nobody was asked');
  expect(html).toContain('staging: <b>failure</b>');
});

test('texts of others are no markup, and nothing is fetched', () => {
  expect(html).toContain('v3 &lt;hangs&gt;');
  expect(html).toContain('pod &lt;web&gt; hangs');
  expect(html).not.toMatch(/(src|href)=|@import|url\(/);
});

test('a timeline has a bar for each step, in its colour', () => {
  const svg = drawGantt(gantt.join('\n')) ?? '';
  expect(svg.match(/<rect/g)).toHaveLength(2);
  expect(svg).toContain('#fa4549');
  expect(svg).toContain('7.0 s');
  expect(drawGantt('flowchart LR\n a --> b')).toBeUndefined();
});

import { expect, test } from '@jest/globals';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { workTree } from '../../sandbox/act/published.ts';
import type { JobRun, StepRun } from '../../sandbox/act/workflow-run.ts';
import { decisionSummary } from '../../sandbox/demo/decision.ts';
import { drawFlow } from '../../sandbox/demo/page/flow.ts';
import { drawGantt } from '../../sandbox/demo/page/gantt.ts';
import { renderSummary } from '../../sandbox/demo/page/markdown.ts';
import { page } from '../../sandbox/demo/page/page.ts';
import type { Chapter } from '../../sandbox/demo/story.ts';
import { closingTable } from '../../sandbox/demo/table.ts';

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
  deployments: [
    {
      environment: 'staging',
      task: 'deploy',
      state: 'failure',
      description: 'shop-staging/shop#3 rolled-back',
    },
  ],
  refusedByGitHub: [],
  load: {
    environment: 'staging',
    sent: 200,
    lost: 2,
    slow: 0,
    again: 0,
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
  expect(html).toContain('staging, deploy: <b>failure</b>');
});

const ourStep = (id: string, over: Partial<StepRun>): StepRun => ({
  ...step(''),
  id,
  name: `Run OWNER/slipway/actions/${id}@0000000000000000000000000000000000000000`,
  ...over,
});

const wayBack: Chapter = {
  ...chapter,
  title: 'v3 is wrong',
  differs: [],
  run: {
    ...chapter.run,
    jobs: [
      {
        ...staging,
        steps: [
          ourStep('deploy', { result: 'success', startedAt: 100, endedAt: 600 }),
          ourStep('smoke', { startedAt: 600, endedAt: 1_000, outputs: { reason: 'still v1 <old>' } }),
          ourStep('rollback', {
            result: 'success',
            startedAt: 1_000,
            endedAt: 1_900,
            outputs: { reason: 'back on v2', 'rolled-back': 'true', verified: 'true' },
          }),
        ],
      },
      production,
    ],
  },
};

test('a release that was caught and undone: when, by what, how long it took', () => {
  const told = page({ chapters: [wayBack], helm: 'Helm 4', madeAt: new Date(0) });

  expect(told).toContain(
    'caught in staging 0.4 s after it was ready, undone and verified in 0.9 s; production never reached',
  );
  expect(told).toContain('<b>Caught after 0.4 s</b><div class="small">still v1 &lt;old&gt;</div>');
  expect(told).toContain('<b>Undone and verified in 0.9 s</b><div class="small">back on v2</div>');
  expect(told.match(/<rect class="step"/g)).toHaveLength(3);
  expect(told).toContain('<title>rollback 0.9 s</title>');
  expect(closingTable([['v3 is wrong', 10_000]], [wayBack])).toMatch(/undone and verified in +0\.9 s/);
});

test.each([
  [{ 'rolled-back': 'true', verified: 'false' }, 'Undone, not verified in 0.9 s'],
  [{ 'rolled-back': '', verified: '' }, 'Not undone in 0.9 s'],
])('a way back does not say more than was seen: %j', (outputs, said) => {
  const run = structuredClone(wayBack.run);
  for (const step of run.jobs[0]!.steps) Object.assign(step.outputs, outputs);
  const told = page({ chapters: [{ ...wayBack, run }], helm: 'Helm 4', madeAt: new Date(0) });

  expect(told).toContain(`<div class="bad-box"><b>${said}</b>`);
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

test('a plan has its boxes in a row, its gate, and the way back below', () => {
  const plan = ['flowchart LR', '  gate{{"grace"}}', '  there["deploy"]', '  checks["prove <it>"]'];
  const wires = ['  gate --> there --> checks', '  checks -. fails .-> back["back"]'];
  const svg = drawFlow([...plan, ...wires].join('\n')) ?? '';
  expect(svg.match(/<polygon class="gate"/g)).toHaveLength(1);
  expect(svg.match(/<rect/g)).toHaveLength(3);
  expect(svg.match(/<line x1/g)).toHaveLength(2);
  expect(svg.match(/<line class="back"/g)).toHaveLength(1);
  expect(svg).toContain('prove &lt;it&gt;');
  expect(drawFlow(gantt.join('\n'))).toBeUndefined();
});

test('the decision page of the README is what approval-gate writes', async () => {
  const decision = await decisionSummary();
  expect(decision).toContain(
    '### ✅ approval-gate: one image to production, 4 commits after what runs there',
  );
  expect(decision).toContain('> ⚠️ 1 migration: going back does not undo it.');
  expect(decision).toContain('taken back once in the last 2 Deployments there; that took 41s');
  expect(decision).toContain('is 7h12m old');
  expect(decision).toContain('To approve: grace or katherine.');
  expect(renderSummary(decision)).toContain('<svg class="flow"');

  const picture = statSync(join(workTree, 'docs', 'images', 'decision-page.png'));
  expect(picture.size).toBeLessThan(200_000);
});

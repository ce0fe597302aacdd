import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runWorkflow } from '../../sandbox/act/run.ts';
import { teamRepository } from '../../sandbox/act/team-repository.ts';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import type { WorkflowRun } from '../../sandbox/act/workflow-run.ts';

const workflow = `
name: Trial
on: push
jobs:
  first:
    runs-on: ubuntu-24.04
    environment: { name: staging }
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - id: speak
        uses: OWNER/slipway/actions/speak@0123456789012345678901234567890123456789
        with: { say: '\${{ secrets.WORD }}' }
      - id: keep
        uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f
        with: { name: kept, path: hello.txt }
      - id: never
        if: failure()
        run: echo never
  second:
    needs: first
    runs-on: ubuntu-24.04
    steps:
      - id: fails
        run: echo "$GITHUB_API_URL by $(node --version)"; exit 3
      - id: skipped
        run: echo no
  third:
    needs: [second]
    runs-on: ubuntu-24.04
    steps: [{ run: echo no }]
`;

const slipway = {
  'package.json': '{"type":"module"}',
  'actions/speak/action.yml': `
name: speak
description: a trial
inputs: { say: { description: what, required: true } }
runs: { using: node24, main: ../../dist/speak/index.js, post: ../../dist/speak/index.js }
`,
  'dist/speak/index.js': `
import { appendFileSync } from 'node:fs';
const { env } = process;
if (env.STATE_post) appendFileSync(env.GITHUB_STEP_SUMMARY, 'and after\\n');
else {
  appendFileSync(env.GITHUB_STATE, 'post=1\\n');
  appendFileSync(env.GITHUB_OUTPUT, 'lines<<END\\na\\nb\\nEND\\n');
  appendFileSync(env.GITHUB_STEP_SUMMARY, '### said \${{ it }}\\n\\n| a | b |\\n');
  console.log('::group::Loud');
  console.log(env.INPUT_SAY + ' is the word');
  console.log('::endgroup::');
  console.log('::warning title=careful::two%0Alines');
}
`,
};

let folder: string;
let run: WorkflowRun;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-trial-'));
  for (const [name, text] of Object.entries(slipway)) {
    await mkdir(dirname(join(folder, 'slipway', name)), { recursive: true });
    await writeFile(join(folder, 'slipway', name), text);
  }
  const repository = await teamRepository(join(folder, 'team'));
  await repository.commit('all', { '.github/workflows/trial.yml': workflow, 'hello.txt': 'hello' });
  run = await runWorkflow({
    repository,
    workflow: '.github/workflows/trial.yml',
    event: { name: 'push' },
    secrets: { WORD: 'se$sam"e' },
    slipway: join(folder, 'slipway'),
    helm: 3,
    runId: 7,
    artifactFolder: join(folder, 'artifacts'),
    github: { GITHUB_API_URL: 'http://127.0.0.1:9' },
  });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('an action of ours comes from the folder given, with summary, outputs and annotations', () => {
  expect(stepOf(jobOf(run, 'first'), 'speak')).toMatchObject({
    result: 'success',
    summary: '### said ${{ it }}\n\n| a | b |\nand after\n',
    outputs: { lines: 'a\nb' },
    annotations: [{ kind: 'warning', title: 'careful', message: 'two\nlines' }],
    log: ['▸ Loud', '*** is the word', 'warning: two\nlines'],
  });
});

test('others are stood in for, artifacts stay', async () => {
  expect(await readFile(join(run.artifacts['kept'] ?? '', 'hello.txt'), 'utf8')).toBe('hello');
});

test('failed and skipped are told apart', () => {
  expect(run.result).toBe('failure');
  expect(run.jobs.map(({ id, result, needs, environment }) => ({ id, result, needs, environment }))).toEqual([
    { id: 'first', result: 'success', needs: [], environment: 'staging' },
    { id: 'second', result: 'failure', needs: ['first'], environment: undefined },
    { id: 'third', result: 'skipped', needs: ['second'], environment: undefined },
  ]);
  expect(stepOf(jobOf(run, 'first'), 'never').result).toBe('skipped');
  expect(stepOf(jobOf(run, 'second'), 'skipped').result).toBe('skipped');
});

test('a step has Node 24 and the GitHub that was given', () => {
  expect(stepOf(jobOf(run, 'second'), 'fails').log[0]).toMatch(/^http:\/\/127\.0\.0\.1:9 by v24\./);
});

const called = `
name: Called
on: { workflow_call: { inputs: { where: { type: string } }, outputs: { told: { value: '\${{ jobs.last.outputs.told }}' } } } }
jobs:
  ask:
    runs-on: ubuntu-24.04
    outputs: { word: '\${{ steps.ask.outputs.word }}' }
    steps: [{ id: ask, run: 'echo "word=\${{ inputs.where }}" >> "$GITHUB_OUTPUT"' }]
  last:
    needs: ask
    runs-on: ubuntu-24.04
    environment: '\${{ inputs.where }}'
    outputs: { told: '\${{ steps.tell.outputs.told }}' }
    steps:
      - id: tell
        run: echo "told=\${{ needs.ask.outputs.word }}, \${{ secrets.WORD == '' && 'nothing' || 'a secret' }}" >> "$GITHUB_OUTPUT"
      - { id: fails, run: exit 1, if: inputs.where == 'b' }
`;

const calls = `
name: Calls
on: push
jobs:
  one: { name: The first, uses: ./.github/workflows/called.yml, with: { where: a }, secrets: inherit }
  two: { needs: one, uses: ./.github/workflows/called.yml, with: { where: b } }
  three: { needs: two, uses: ./.github/workflows/called.yml, with: { where: c } }
`;

test('jobs of called workflows are told apart, with the outputs and secrets that they were given', async () => {
  const repository = await teamRepository(join(folder, 'calling'));
  await repository.commit('all', {
    '.github/workflows/calls.yml': calls,
    '.github/workflows/called.yml': called,
  });
  const calling = await runWorkflow({
    repository,
    workflow: '.github/workflows/calls.yml',
    event: { name: 'push' },
    secrets: { WORD: 'hidden' },
    slipway: join(folder, 'slipway'),
    helm: 3,
    runId: 9,
    artifactFolder: join(folder, 'artifacts'),
  });

  expect(calling.jobs.map(({ id, result, needs }) => [id, result, needs])).toEqual([
    ['one/ask', 'success', []],
    ['one/last', 'success', ['one/ask']],
    ['two/ask', 'success', ['one/ask', 'one/last']],
    ['two/last', 'failure', ['two/ask']],
    ['three/ask', 'skipped', ['two/ask', 'two/last']],
    ['three/last', 'skipped', ['three/ask']],
  ]);
  expect(stepOf(jobOf(calling, 'one/last'), 'tell').outputs).toEqual({ told: 'a, a secret' });
  expect(stepOf(jobOf(calling, 'two/last'), 'tell').outputs).toEqual({ told: 'b, nothing' });
}, 60_000);

test.each(['acme/elsewhere/.github/workflows/release.yml@v1', './.github/workflows/deeper.yml'])(
  'a call of %s is refused, and nothing is fetched',
  async (uses) => {
    const repository = await teamRepository(join(folder, uses.replaceAll(/\W/g, '-')));
    const deeper = called.replace(/jobs:[^]*/, `jobs: { in: { uses: ./.github/workflows/called.yml } }\n`);
    await repository.commit('all', {
      '.github/workflows/calls.yml': calls.replaceAll('./.github/workflows/called.yml', uses),
      '.github/workflows/called.yml': called,
      '.github/workflows/deeper.yml': deeper,
    });
    const order = {
      repository,
      workflow: '.github/workflows/calls.yml',
      event: { name: 'push' },
      secrets: {},
    };
    const rest = { helm: 3, runId: 10, artifactFolder: join(folder, 'none') } as const;
    await expect(runWorkflow({ ...order, ...rest })).rejects.toThrow(
      /fetched from GitHub|is called by a workflow/,
    );
  },
);

test('an action that nobody stands in for is refused by name', async () => {
  const repository = await teamRepository(join(folder, 'other'));
  const text = workflow.replace('actions/upload-artifact@', 'acme/unheard-of@');
  await repository.commit('all', { '.github/workflows/trial.yml': text });
  const order = { repository, workflow: '.github/workflows/trial.yml', event: { name: 'push' }, secrets: {} };
  const rest = {
    helm: 3,
    runId: 8,
    artifactFolder: join(folder, 'none'),
    slipway: join(folder, 'slipway'),
  } as const;
  await expect(runWorkflow({ ...order, ...rest })).rejects.toThrow('no stand-in for acme/unheard-of');
});

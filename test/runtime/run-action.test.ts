import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { allGone } from '../support/process-tree.ts';
import { startJob } from '../support/runner.ts';
import type { Ended, Job, Running } from '../support/runner.ts';

const entry = fileURLToPath(new URL('../support/fixtures/actions/probe.ts', import.meta.url));
const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);
const schema = JSON.parse(
  readFileSync(new URL('../../docs/schemas/report.json', import.meta.url), 'utf8'),
) as object;
const validate = ajv.compile(schema);

let job: Job;
beforeEach(async () => {
  job = await startJob();
});
afterEach(async () => {
  await job[Symbol.asyncDispose]();
});

const start = (behaviour: string, inputs: Record<string, string> = {}): Running =>
  job.start({ entry, inputs: { do: behaviour, ...inputs } });
const run = (behaviour: string, inputs?: Record<string, string>): Promise<Ended> =>
  start(behaviour, inputs).ended;
const temporary = async (): Promise<string[]> =>
  (await readdir(job.temp)).filter((name) => name.startsWith('slipway-probe'));

test('a green step: outputs, report, summary, state; nothing left behind', async () => {
  const ended = await run('succeed');
  expect(ended).toMatchObject({
    exit: 0,
    outputs: { result: 'success', reason: 'all is well', colour: 'blue\n::set-output name=x::y' },
    summary: '### success\n',
    state: { isPost: 'true', started: 'yes' },
    report: {
      schema: 'slipway/report/v1',
      action: 'probe',
      result: 'success',
      data: { answer: 42 },
      by: { repository: 'octo/shop', job: 'deploy@emulated' },
    },
  });
  expect(statSync(ended.outputs['report'] ?? '').mode & 0o777).toBe(0o600);
  expect(await temporary()).toEqual([]);
});

test.each([
  ['skip', 'skipped', 0, 'nothing to do'],
  ['doubt', 'inconclusive', 1, 'nobody knows'],
  ['refuse', 'failure', 1, 'the target said no'],
  ['unreachable', 'inconclusive', 1, 'no answer'],
  ['defect', 'failure', 1, 'internal error: Cannot read properties of undefined'],
  ['stray rejection', 'failure', 1, 'internal error: nobody caught me'],
  ['lost promise', 'failure', 1, 'internal error: the step ended without a result'],
  ['report badly', 'failure', 1, 'internal error: a report about nothing'],
  ['open handle', 'success', 0, 'a server is still open'],
])('%s: %s', async (behaviour, result, exit, reason) => {
  const ended = await run(behaviour);
  expect(ended).toMatchObject({
    exit,
    outputs: { result, reason: expect.stringContaining(reason) },
    report: { result },
  });
  expect(ended.summary).toContain(result === 'failure' ? '❌' : '');
  expect(ended.shown.includes('::error')).toBe(exit === 1);
  expect(validate(ended.report) ? [] : validate.errors).toEqual([]);
  expect(ended.durationMs).toBeLessThan(5_000);
  await ended.post();
  expect(await temporary()).toEqual([]);
});

test('an error is shown in the log, as annotation, in summary and report', async () => {
  const ended = await run('refuse');
  const text = 'probe: the target said no\n  subject  Pod x\n  do       be kind';
  expect(ended.shown).toContain(`::error title=probe%3A failure::${text.replaceAll('\n', '%0A')}`);
  expect(ended.summary).toContain(`### ❌ probe: the target said no\n\n\`\`\`\n${text}\n\`\`\``);
  expect(ended.report?.error).toBe(text);
});

test('every fault at once, and nothing was touched', async () => {
  const ended = await run('what?');
  expect(ended).toMatchObject({
    exit: 1,
    outputs: { result: 'failure', reason: '2 inputs are wrong; nothing was changed' },
  });
  expect(ended.state).not.toHaveProperty('started');
  expect(ended.report?.error).toBe(
    'probe: 2 inputs are wrong; nothing was changed\n  do     "what?"  is not known\n  other           is required',
  );
  expect((await ended.post()).exit).toBe(0);
});

test('a defect shows its stack', async () => {
  expect((await run('defect')).shown).toMatch(/TypeError: Cannot read[^\n]*\n\s+at .*probe\.ts/);
});

test('a secret is masked before anything is printed and gets nowhere', async () => {
  const secret = 's3cr3t-value';
  const ended = await run('tell secrets', { secret });
  expect(ended.raw.startsWith(`::add-mask::${secret}\n`)).toBe(true);
  const everything = JSON.stringify([
    ended.raw.replace(`::add-mask::${secret}\n`, ''),
    ended.outputs,
    ended.state,
    ended.summary,
    ended.report,
  ]);
  expect(everything).not.toContain(secret);
  expect(everything).toContain('message ***');
  expect(ended.shown).toContain('state secret would hold a secret');
  expect(ended.shown).toContain('kept with the secret: false');
});

test('what main left reaches post, which removes it', async () => {
  const ended = await run('tell secrets', { secret: 'break nothing' });
  const [folder = ''] = await temporary();
  expect(statSync(`${job.temp}/${folder}`).mode & 0o777).toBe(0o700);
  expect(statSync(`${job.temp}/${folder}/secret`).mode & 0o777).toBe(0o600);
  expect(await ended.post()).toMatchObject({
    exit: 0,
    summary: '### tidied\n',
    shown: expect.stringContaining('post: started yes, left a file'),
  });
  expect(await temporary()).toEqual([]);
});

test('a post that fails is red and still tidies', async () => {
  const post = await (await run('tell secrets', { secret: 'break post' })).post();
  expect(post).toMatchObject({
    exit: 1,
    shown: expect.stringContaining('probe post: post cannot%0A  subject  x'),
  });
  expect(await temporary()).toEqual([]);
});

test('a cancel: red, result cancelled, within a second or two', async () => {
  const running = start('wait politely');
  await running.until((line) => line === 'waiting');
  const cancelledAt = performance.now();
  const ended = await running.cancel();
  expect(performance.now() - cancelledAt).toBeLessThan(2_000);
  expect(ended).toMatchObject({
    exit: 1,
    outputs: { result: 'cancelled', reason: 'the run was cancelled' },
    report: { result: 'cancelled' },
  });
  expect((await ended.post()).shown).toContain('post: started yes');
});

test('what was done in spite of a cancel is reported, but not as success', async () => {
  const running = start('finish in spite of it');
  await running.until((line) => line === 'waiting');
  expect(await running.cancel()).toMatchObject({
    exit: 1,
    outputs: { result: 'cancelled', reason: 'cancelled; it became ready', colour: expect.any(String) },
  });
});

test('a cancel ends children and theirs; their complaint is the cause, not the reason', async () => {
  const running = start('wait for a child');
  const pids = (await running.until((line) => line.startsWith('child '))).split(' ').slice(1).map(Number);
  const ended = await running.cancel();
  expect(ended).toMatchObject({ exit: 1, outputs: { result: 'cancelled' } });
  expect(ended.shown).toContain('caused by: Error: the child ended by');
  await allGone(pids);
});

test('what does not stop is not waited for: outputs are written before the runner kills', async () => {
  const running = start('never stop');
  await running.until((line) => line === 'waiting');
  const ended = running.cancel();
  await running.until((line) => line.includes('(SIGINT); stopping'));
  process.kill(running.pid, 'SIGTERM'); // the runner's second signal, without its 7.5 s
  expect(await ended).toMatchObject({
    exit: 1,
    outputs: { result: 'cancelled', reason: expect.stringContaining('did not stop in time') },
  });
});

test('after a kill post still finds the state', async () => {
  const running = start('never stop');
  await running.until((line) => line === 'waiting');
  const ended = await running.killTree();
  expect(ended).toMatchObject({ exit: 'SIGKILL', outputs: {}, state: { started: 'yes' } });
  expect(await ended.post()).toMatchObject({ exit: 0 });
  expect(await temporary()).toEqual([]);
});

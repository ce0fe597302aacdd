import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jobOf, stepOf } from '../../sandbox/act/workflow-run.ts';
import type { JobRun, WorkflowRun } from '../../sandbox/act/workflow-run.ts';
import { Wiring, ranOf, refusedOf, whoLeft } from './support/wiring.ts';
import type { Ends, Played } from './support/wiring.ts';

let wiring: Wiring;
beforeAll(async () => {
  wiring = await Wiring.open();
});
afterAll(() => wiring[Symbol.asyncDispose]());

const play = (example: string, inputs: object, ends: Ends = {}): Promise<Played> =>
  wiring.play(example, { event: { name: 'workflow_dispatch', payload: { inputs } }, ends });

const release = (ends: Ends): Promise<Played> =>
  play('release-to-kubernetes.yml', { image: `r/shop:1.10@sha256:${'0'.repeat(64)}`, version: '1.10' }, ends);

const ran = (job: JobRun): string[] => ranOf(job, ['deploy', 'smoke', 'rollback']);

/** Which step's record was uploaded. */
async function uploaded({ artifacts }: WorkflowRun, environment: string): Promise<string> {
  const kept = artifacts[`release-record-${environment}`];
  if (kept === undefined) return 'none';
  const [file = ''] = await readdir(kept);
  return whoLeft(await readFile(join(kept, file), 'utf8'));
}

test.concurrent('all is well: nothing is rolled back, production follows', async () => {
  const run = await release({});

  expect(run.result).toBe('success');
  for (const environment of ['staging', 'production']) {
    expect(ran(jobOf(run, environment))).toEqual(['deploy', 'smoke']);
    expect(await uploaded(run, environment)).toBe('smoke-test');
  }
});

test.concurrent.each<[string, Ends, string[], string]>([
  ['deploy-helm has undone what failed', { 'deploy-helm': 'failure' }, ['deploy'], 'deploy-helm'],
  ['deploy-helm could not tell', { 'deploy-helm': 'inconclusive' }, ['deploy'], 'deploy-helm'],
  ['wrong answers', { 'smoke-test': 'failure' }, ['deploy', 'smoke', 'rollback'], 'rollback'],
  ['nobody could tell how it answers', { 'smoke-test': 'inconclusive' }, ['deploy', 'smoke'], 'smoke-test'],
  ['the smoke test itself broke', { 'smoke-test': 'crash' }, ['deploy', 'smoke'], 'deploy-helm'],
  [
    'the way back broke',
    { 'smoke-test': 'failure', rollback: 'crash' },
    ['deploy', 'smoke', 'rollback'],
    'smoke-test',
  ],
])('%s: production is never reached', async (_what, ends, steps, record) => {
  const run = await release(ends);

  expect(run.result).toBe('failure');
  expect(ran(jobOf(run, 'staging'))).toEqual(steps);
  expect(jobOf(run, 'production').result).toBe('skipped');
  expect(await uploaded(run, 'staging')).toBe(record);
});

test.concurrent('each step gets what the one before it found out', async () => {
  const run = await release({ 'smoke-test': 'failure' });
  const staging = jobOf(run, 'staging');

  expect(stepOf(staging, 'deploy').log).toContain('expects="smoke-test"');
  const smoke = stepOf(staging, 'smoke').log.join('\n');
  expect(smoke).toContain('record="shop-staging/shop#7"');
  // A version is text: 1.10 is not 1.1.
  expect(smoke).toContain(`equals: '1.10'`);
  const rollback = stepOf(staging, 'rollback').log.join('\n');
  expect(rollback).toContain('from="shop-staging/shop#7"');
  expect(rollback).toContain('reason="smoke-test says failure"');
  expect(rollback).toContain('http: /version');
  expect(await refusedOf(run)).toEqual([]);
});

test.concurrent.each([
  ['production', true, 'none'],
  ['staging', false, 'rollback'],
])('emergency: %s, dry run %s', async (environment, dryRun, record) => {
  const order = { environment, to: 'previous', reason: 'it burns', 'dry-run': String(dryRun) };
  const run = await play('emergency-rollback.yml', order);

  expect(run.result).toBe('success');
  const { log } = stepOf(jobOf(run, 'rollback'), 'rollback');
  expect(log).toEqual(
    expect.arrayContaining([
      `environment="${environment}"`,
      `namespace="shop-${environment}"`,
      'from="running"',
      'to="previous"',
      'reason="it burns"',
      `dry-run="${dryRun}"`,
    ]),
  );
  expect(await uploaded(run, environment)).toBe(record);
  expect(await refusedOf(run)).toEqual([]);
});

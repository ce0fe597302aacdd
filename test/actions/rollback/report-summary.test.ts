import { beforeAll, expect, test } from '@jest/globals';
import { outputNames, report } from '../../../actions/rollback/report.ts';
import { summary } from '../../../actions/rollback/report-summary.ts';
import type { RollbackResult } from '../../../actions/rollback/run.ts';
import type { CheckOutcome } from '../../../lib/domain/checks/types.ts';
import type { Report } from '../../../lib/domain/report/result.ts';
import { fastClock, imageOf, inputs, Target, verify } from './memory.ts';

const container = 'Deployment/shop/shop';

/** What a run in memory makes of it: the report is of real results. */
async function ended(
  target: Target,
  given: Record<string, string> = {},
): Promise<{ result: RollbackResult; text: string; whole: Report }> {
  const result = await target.rollBack(given);
  return { result, text: summary(result, inputs(given)), whole: report(result, inputs(given)) };
}

const firstLine = (text: string): string | undefined => text.split('\n')[0];
const errorOf = ({ annotations = [] }: Report): string | undefined =>
  annotations.find(({ kind }) => kind === 'error')?.message;

let back: Awaited<ReturnType<typeof ended>>;
beforeAll(async () => {
  back = await ended(new Target('pass'), { from: 'prod/shop#2', reason: 'it answers with 500' });
});

test('one that went well: where it is now, from where, why, and what does not come back', () => {
  const { text } = back;
  expect(firstLine(text)).toBe(
    '### ✅ rollback: shop in prod is back at revision 1 with shop:v1, as revision 3',
  );
  expect(text).toContain('| Left | revision 2, `shop 1.0.0`, record `prod/shop#2` rolled-back |');
  expect(text).toContain('| Why | it answers with 500 |');
  expect(text).toMatch(/\| Back to \| revision 1, `shop 1.0.0`, now revision 3: verified 2026/);
  expect(text).toContain('| Record | `prod/shop#3` verified |');
  expect(text).toContain('**Not undone**: what hooks did, custom resource definitions, and data.');
  expect(text).toContain('back to revision 1 :done');
  expect(text).toContain('<details><summary>2 revisions it could go back to, or not</summary>');
  expect(back.whole.annotations).toEqual([]);
});

test('every output is there, and says what was done', () => {
  const { outputs } = back.whole;
  expect([...Object.keys(outputs), 'result', 'reason', 'report'].sort()).toEqual([...outputNames].sort());
  expect(outputs).toEqual({
    from: '2',
    to: '1',
    'rolled-back': 'true',
    verified: 'true',
    record: 'prod/shop#3',
    'record-file': 'record.json',
    'deployment-id': '',
    'duration-ms': '0',
  });
});

test('images: what ran, and what was read back', () => {
  const { done } = back.result;
  if (done === undefined) throw new Error('nothing was done');
  const running = {
    outcome: 'pass',
    images: { [container]: imageOf(1) },
    differing: [],
    unknown: [],
    unseen: [],
  } as const;
  const seen: RollbackResult = { ...back.result, done: { ...done, undone: { ...done.undone, running } } };
  const row = `| Image of \`${container}\` | before \`${imageOf(2)}\`<br>`;
  expect(summary(seen, inputs())).toContain(`${row}now \`${imageOf(1)}\` |`);
  expect(back.text).toContain(`${row}asked \`${imageOf(1)}\`, now not known |`);
});

test('a dry run: the table stands open, and nothing is claimed', async () => {
  const { text, whole } = await ended(new Target(), { 'dry-run': 'true' });
  expect(firstLine(text)).toMatch(
    /^### ✅ rollback: dry run: it would go from revision 2 back to revision 1, verified/,
  );
  expect(text).toContain(`| → | 1 | \`shop:v1@sha256:${'1'.repeat(12)}\` | shop 1.0.0 | yes | verified `);
  expect(text).toContain('→ where it goes, × what it leaves');
  expect(text).not.toContain('<details>');
  expect(whole.outputs).toMatchObject({
    from: '2',
    to: '1',
    'rolled-back': 'false',
    verified: 'false',
    record: '',
  });
});

test('a refusal reads at night: what, of which release, what the records say, what to do', async () => {
  const target = new Target();
  target.records.all.splice(0, 1);
  target.helm.revisions.splice(0, 1);
  target.records.all[0] = {
    ...target.records.at(2),
    state: 'rejected',
    reason: 'smoke-test: /checkout answered 500',
  };
  const { text, whole } = await ended(target);
  expect(errorOf(whole)).toBe(
    [
      'rollback: nothing verified to go back to: this is the first release',
      '  release  shop in namespace prod',
      '  records  #2 rejected (smoke-test: /checkout answered 500), nothing older',
      '  do       fix forward with deploy-helm',
    ].join('\n'),
  );
  expect(firstLine(text)).toBe('### ❌ rollback: nothing verified to go back to: this is the first release');
  expect(text).toContain('**What to do**: fix forward with deploy-helm');
  expect(text).not.toContain('Not undone');
  expect(whole.outputs).toMatchObject({ from: '', to: '', 'rolled-back': 'false' });
});

test('more records than a line holds are counted; several refusals have several remedies', async () => {
  const target = new Target();
  target.ship('superseded');
  target.ship('failed', { state: 'rejected', reason: 'wrong prices' });
  target.ship('deployed');
  target.ports = { ...target.ports, registry: { ...target.ports.registry, exists: async () => 'absent' } };
  const { whole, result } = await ended(target, { to: '4' });
  expect(result.reason).toMatch(
    /^revision 4 is no state to go back to: .*; revision 4 is failed.*; an image of revision 4/,
  );
  expect(errorOf(whole)).toContain('records  #5 verified, #4 rejected (wrong prices), #3 verified, 2 older');
  expect(
    errorOf(whole)
      ?.split('\n')
      .filter((line) => line.startsWith('  do')),
  ).toHaveLength(2);
});

test('one that did not come back: why, and what to do', async () => {
  const { text, whole } = await ended(new Target('fail'));
  expect(text.split('\n\n').slice(0, 3)).toEqual([
    '### ❌ rollback: shop in prod did not come back to revision 1',
    '> it is a fail',
    expect.stringContaining('**What to do**: look at its pods: kubectl get pods -n prod'),
  ]);
  expect(errorOf(whole)).toMatch(
    /^rollback: it is a fail\n {2}release .*\n {2}left .*rejected\n {2}record .*abandoned\n {2}do /,
  );
  expect(text).toContain('| Record | `prod/shop#3` abandoned, not verified |');
  expect(whole.outputs).toMatchObject({ 'rolled-back': 'false', verified: 'false', record: 'prod/shop#3' });
});

test('one that nobody saw the end of says so', async () => {
  const { text } = await ended(new Target('inconclusive'));
  expect(firstLine(text)).toBe(
    '### ❔ rollback: shop in prod was to come back to revision 1, and nobody saw whether it runs',
  );
  expect(text).toContain('see whether revision 1 runs: helm history shop -n prod');
});

test.each<[number, string, RegExp]>([
  [
    200,
    '### ✅ rollback: shop in prod is back at revision 1 with shop:v1, as revision 3, and answers: 1 check passed',
    /\| ✅ \| the shop answers \| as expected \| 1 \|/,
  ],
  [
    500,
    '### ❌ rollback: shop in prod is back at revision 1 with shop:v1, as revision 3, but 1 of 1 check failed',
    /\| ❌ \| the shop answers \| .*500.* \| \d+ \|/,
  ],
])('what verify heard: %i', async (answer, first, row) => {
  const target = new Target('pass');
  target.answer = answer;
  target.ports = { ...target.ports, clock: fastClock };
  const { text, whole } = await ended(target, { verify, timeout: '3s' });
  expect(firstLine(text)).toBe(first);
  expect(text).toMatch(row);
  expect(text).toMatch(/verify :(done|crit)/);
  expect(whole.outputs).toMatchObject({ 'rolled-back': 'true', verified: String(answer === 200) });
  if (answer === 500) expect(text).toContain('**What to do**: the old version answers wrongly too');
});

test('what was forced, and what could not be found out, stand in it', async () => {
  const target = new Target('pass');
  const { registry } = target.ports;
  target.ports = { ...target.ports, registry: { ...registry, exists: async () => 'absent' } };
  const forced = await ended(target, { force: 'true' });
  expect(forced.text).toMatch(/\| Forced \| although an image of revision 1 is no longer in its registry/);

  const unknown = new Target('pass');
  const exists = async (): Promise<{ unknown: string }> => ({ unknown: 'no answer' });
  unknown.ports = { ...unknown.ports, registry: { ...registry, exists } };
  const { text } = await ended(unknown);
  expect(text).toContain('Not everything could be looked at');
  expect(text).toContain('could not be looked up (no answer)'.replaceAll(/[()]/g, String.raw`\$&`));
});

test('nothing to undo is one line', async () => {
  const { text } = await ended(new Target(), { from: '' });
  expect(text).toBe('### ⏭️ rollback: from is empty: the deploy never got as far as a record');
});

test('checks that were never ready to be asked are no failure of the old version', () => {
  const { done } = back.result;
  if (done === undefined) throw new Error('nothing was done');
  const check: CheckOutcome = {
    name: 'in the cluster',
    kind: 'http',
    severity: 'fail',
    outcome: 'inconclusive',
    attempts: 2,
    startedAt: 0,
    endedAt: 1_000,
    reason: 'kubectl refused',
    miss: { reason: 'kubectl refused', excerpt: 'forbidden' },
  };
  const checks = { outcome: 'inconclusive', reason: 'kubectl refused', checks: [check] } as const;
  const result: RollbackResult = {
    ...back.result,
    result: 'inconclusive',
    reason: 'x',
    done: { ...done, checks },
  };
  const text = summary(result, inputs());
  expect(firstLine(text)).toMatch(/but nobody could ask whether it answers$/);
  expect(text).toContain('| ❔ | in the cluster | kubectl refused | 2 | 1s |');
  expect(text).toContain('<summary>in the cluster: what it answered</summary>');
});

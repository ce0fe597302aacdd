import { expect, test } from '@jest/globals';
import { report } from '../../../actions/smoke-test/report.ts';
import { parseJunit } from '../../../lib/domain/junit/parse.ts';
import { TargetError } from '../../../lib/domain/errors.ts';
import { record } from '../../domain/record/samples.ts';
import { Service } from './memory.ts';

const identity = '{url: "https://shop.test/version", json: $.version, equals: v2}';
const checks = '[{name: cart, http: "https://shop.test/cart"}]';
const ready = record(4, { expects: ['smoke-test'], deploymentId: 77, environment: 'prod' });

test('the new one answers, the checks pass: the release is verified, and GitHub is told', async () => {
  const shop = new Service();

  const result = await shop.test({ identity, checks }, ready);

  expect(result).toMatchObject({
    result: 'success',
    reason: 'v2 answered 3 times in a row, 1 check passed',
    record: { state: 'verified', verdicts: [{ name: 'smoke-test', outcome: 'pass', by: { run: '42' } }] },
  });
  expect(shop.records.at(4)).toEqual(result.record);
  expect(JSON.parse(shop.kept.get('record.json') ?? '')).toEqual(result.record);
  expect(shop.reported).toEqual([
    [77, 'success', { description: expect.stringContaining('prod/shop#4 verified'), environment: 'prod' }],
  ]);
  expect(shop.closed).toBe(1);
});

test('while the old one answers nothing else is asked, and the release loses its proof', async () => {
  const shop = new Service();
  shop.answer = () => 'v1';

  const result = await shop.test({ identity, checks, suite: 'npm test', timeout: '10s' }, ready);

  expect(result).toMatchObject({
    result: 'failure',
    notAsked: ['cart', 'npm test'],
    record: { state: 'ready' },
  });
  expect(result.reason).toContain('still another one answers: $.version is v1, expected v2');
  expect(new Set(shop.asked)).toEqual(new Set(['/version']));
  expect(shop.reported).toMatchObject([
    [77, 'failure', { description: expect.stringContaining('smoke-test') }],
  ]);
});

test('an old one that gives way in time is waited for', async () => {
  const shop = new Service();
  shop.answer = (_, at) => (at < 8_000 ? 'v1' : 'v2');

  const result = await shop.test({ identity, timeout: '20s' });

  expect(result).toMatchObject({
    result: 'success',
    outcome: { identity: { attempts: 11 } },
    record: undefined,
  });
});

test('suites run after the checks, and their tests are counted', async () => {
  const shop = new Service();
  const suite = '{command: npm test, junit: out.xml}';
  shop.suite = {
    status: 1,
    report: '<testsuite><testcase name="a"/><testcase name="b"><error/></testcase></testsuite>',
  };

  const result = await shop.test({ checks, suite });

  const { outputs } = report(result);
  expect(result).toMatchObject({ result: 'failure', reason: 'npm test: 1 of 2 tests failed: b' });
  expect(outputs).toMatchObject({ passed: '2', failed: '1', junit: 'junit.xml', 'record-file': '' });
  const written = parseJunit(shop.kept.get('junit.xml') ?? '');
  expect(written).toMatchObject([
    { name: 'cart', outcome: 'passed' },
    { name: 'a', outcome: 'passed' },
    { name: 'b', outcome: 'failed' },
  ]);
});

test('a check that only warns is told, and fails nothing', async () => {
  const shop = new Service();
  shop.answer = () => 500;

  const result = await shop.test({
    checks: '[{name: cart, http: "https://shop.test/cart", severity: warn}]',
    timeout: '3s',
  });

  const { outputs, annotations } = report(result);
  expect(result).toMatchObject({ result: 'success', reason: '1 only warned' });
  expect(outputs).toMatchObject({ passed: '0', failed: '0' });
  expect(annotations).toMatchObject([{ kind: 'warning', title: 'smoke-test: cart' }]);
});

test('a pass that cannot be recorded is no success', async () => {
  const shop = new Service();
  shop.records.change = async () => {
    throw new Error('connection refused');
  };

  const result = await shop.test({ checks }, ready);

  expect(result).toMatchObject({ result: 'inconclusive', record: { state: 'ready' } });
  expect(result.reason).toContain('could not be appended to prod/shop#4: connection refused');
  expect(shop.reported).toEqual([]);
});

test.each(['rolled-back', 'rejected', 'abandoned', 'planned'] as const)(
  'a release that is %s has nothing to prove: nothing is asked',
  async (state) => {
    const shop = new Service();

    await expect(shop.test({ checks }, record(4, { state }))).rejects.toThrow(TargetError);
    expect(shop.asked).toEqual([]);
  },
);

test('a record that is not there names those that are', async () => {
  const shop = new Service();
  shop.records.all.push(record(3));

  await expect(shop.test({ checks, record: 'prod/shop#9' }, record(4))).rejects.toMatchObject({
    message: 'there is no record prod/shop#9',
    details: [
      ['there is', 'prod/shop#4 ready'],
      ['there is', 'prod/shop#3 ready'],
    ],
  });
});

test('a failed check of a verified release takes the proof away', async () => {
  const shop = new Service();
  shop.answer = () => 500;

  const { record: after } = await shop.test(
    { checks, timeout: '2s', name: 'later' },
    record(4, { state: 'verified' }),
  );

  expect(after).toMatchObject({ state: 'ready', verdicts: [{ name: 'later', outcome: 'fail' }] });
});

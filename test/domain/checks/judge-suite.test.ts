import { expect, test } from '@jest/globals';
import { judgeSuite } from '../../../lib/domain/checks/judge-suite.ts';

const began = 1_000_000;
const report = (cases: string, modifiedAt = began + 5_000) => ({
  path: 'junit.xml',
  text: `<testsuite>${cases}</testsuite>`,
  modifiedAt,
});
const good = '<testcase name="buys"/>';
const bad = '<testcase name="pays"><failure message="500"/></testcase>';
const skipped = '<testcase name="later"><skipped/></testcase>';
const exit = (status: number | string, timedOut = false) => ({ status, timedOut, lastLines: ['last words'] });

test.each([
  ['a command alone', [], exit(0), [], 'pass', 'ended with 0'],
  ['a command alone that failed', [], exit(3), [], 'fail', 'it ended with 3'],
  ['all passed', ['*.xml'], exit(0), [report(good + skipped)], 'pass', '1 test passed, 1 skipped'],
  ['one failed', ['*.xml'], exit(1), [report(good + bad)], 'fail', '1 of 2 tests failed: pays'],
  [
    'one failed, and the runner says 0',
    ['*.xml'],
    exit(0),
    [report(bad)],
    'fail',
    '1 of 1 test failed: pays',
  ],
  ['all passed, and the runner says 1', ['*.xml'], exit(1), [report(good)], 'fail', 'it ended with 1'],
  ['no report', ['*.xml'], exit(0), [], 'fail', 'it wrote no report *.xml'],
  [
    "yesterday's report",
    ['*.xml'],
    exit(0),
    [report(good, began - 60_000)],
    'fail',
    'junit.xml is older than this run: it wrote no report',
  ],
  ['no test', ['*.xml'], exit(0), [report('')], 'fail', 'its report has no test that ran'],
  ['all skipped', ['*.xml'], exit(0), [report(skipped)], 'fail', 'its report has no test that ran'],
  ['out of time', [], exit('SIGKILL', true), [], 'fail', 'it had not ended after 1m00s'],
  [
    'a report cut in the middle',
    ['*.xml'],
    exit(0),
    [report(good), { path: 'b.xml', text: '<testsuite>', modifiedAt: began }],
    'fail',
    expect.stringContaining('b.xml: it is not XML'),
  ],
] as const)('%s', (_, junit, ended, reports, outcome, reason) => {
  const judged = judgeSuite({ junit, timeout: 60_000 }, ended, reports, began);
  expect(judged).toMatchObject({ outcome, reason });
  expect(judged.miss?.excerpt).toBe(
    outcome === 'pass' ? undefined : reports.some(({ text }) => text.includes('500')) ? '500' : 'last words',
  );
});

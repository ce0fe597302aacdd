import type { CheckOutcome, ChecksOutcome } from '../../lib/domain/checks/types.ts';
import type { TestCase, TestSuite } from '../../lib/domain/junit/types.ts';

/** Identity and checks as one suite, each of the team's suites as another. A check that only warned counts as skipped. */
export function junitOf({ identity, checks }: ChecksOutcome): TestSuite[] {
  const own = [
    ...(identity === undefined ? [] : [identity]),
    ...checks.filter(({ kind }) => kind !== 'suite'),
  ];
  const suites = checks.filter(({ kind }) => kind === 'suite');
  return [
    ...(own.length === 0 ? [] : [{ name: 'smoke-test', cases: own.map(caseOf) }]),
    ...suites.map((suite) => ({ name: suite.name, cases: casesOf(suite) })),
  ];
}

/** A suite that failed although each of its cases passed says so in a case of its own. */
function casesOf(suite: CheckOutcome): readonly TestCase[] {
  const { cases = [], outcome } = suite;
  const explained =
    cases.some((each) => each.outcome === 'failed') || (outcome === 'pass' && cases.length > 0);
  return explained ? cases : [...cases, caseOf(suite)];
}

function caseOf({ name, kind, severity, outcome, startedAt, endedAt, reason, miss }: CheckOutcome): TestCase {
  const bad = severity === 'warn' ? 'skipped' : 'failed';
  return {
    name,
    group: `smoke-test.${kind}`,
    outcome: outcome === 'pass' ? 'passed' : bad,
    took: endedAt - startedAt,
    message: outcome === 'pass' ? '' : [reason, miss?.excerpt].filter(Boolean).join('\n'),
  };
}

import type { CheckOutcome } from '../../lib/domain/checks/types.ts';
import type { Annotation, Report } from '../../lib/domain/report/result.ts';
import { everyOutcome, summary } from './report-summary.ts';
import type { SmokeResult } from './run.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'passed',
  'failed',
  'junit',
  'record-file',
  'duration-ms',
];

/** What the workflow and the release manager get to see of it. */
export function report(result: SmokeResult): Report {
  const { outcome, junitFile, recordFile, duration, notAsked } = result;
  const all = everyOutcome(outcome);
  return {
    outputs: {
      passed: String(sum(all, 'passed')),
      failed: String(sum(all, 'failed')),
      junit: junitFile,
      'record-file': recordFile,
      'duration-ms': String(duration),
    },
    summary: summary(result),
    annotations: annotationsOf(all),
    data: { outcome, notAsked },
  };
}

/** A suite counts as its tests where it names them; everything else as one. A check that only warned is neither. */
function sum(outcomes: readonly CheckOutcome[], which: 'passed' | 'failed'): number {
  const wanted = which === 'passed' ? 'pass' : 'fail';
  return outcomes
    .filter(({ severity, outcome }) => which === 'passed' || severity === 'fail' || outcome === 'pass')
    .map(({ cases = [], outcome }) =>
      cases.length > 0 ? cases.filter((each) => each.outcome === which).length : Number(outcome === wanted),
    )
    .reduce((total, each) => total + each, 0);
}

const annotationsOf = (outcomes: readonly CheckOutcome[]): Annotation[] =>
  outcomes
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ name, severity, reason, miss }) => ({
      kind: severity === 'warn' ? 'warning' : 'error',
      title: `smoke-test: ${name}`,
      message: [reason, miss?.excerpt].filter(Boolean).join('\n'),
    }));

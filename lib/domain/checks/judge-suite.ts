/** What a run of the team's own tests proves: its exit code and its report must say the same. */
import { formatDuration } from '../duration.ts';
import { parseJunit } from '../junit/parse.ts';
import type { TestCase } from '../junit/types.ts';
import { plural } from '../words.ts';
import { excerpt } from './excerpt.ts';
import type { CheckOutcome, Suite } from './types.ts';

/** How the command ended. */
export interface SuiteExit {
  readonly status: number | string;
  readonly timedOut: boolean;
  /** Of standard output and error, oldest first. */
  readonly lastLines: readonly string[];
}

/** A report that one of the patterns found. */
export interface FoundReport {
  readonly path: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export type SuiteJudged = Pick<CheckOutcome, 'outcome' | 'reason' | 'miss' | 'cases'>;

/** File systems keep whole seconds at worst: a report counts as written by this run from a second before it. */
const coarse = 1_000;

/**
 * Green only when the command exits with 0 *and*, where reports are named, there is one of this run with tests in it
 * that ran and none that failed: a runner that found no test, or a report of yesterday, proves nothing.
 */
export function judgeSuite(
  suite: Pick<Suite, 'junit' | 'timeout'>,
  exit: SuiteExit,
  reports: readonly FoundReport[],
  startedAt: number,
): SuiteJudged {
  const own = reports.filter(({ modifiedAt }) => modifiedAt >= startedAt - coarse);
  const read = own.map(({ path, text }) => ({ path, found: parseJunit(text) }));
  const cases = read.flatMap(({ found }) => ('unreadable' in found ? [] : found));
  const failed = cases.filter(({ outcome }) => outcome === 'failed');
  const ran = cases.filter(({ outcome }) => outcome !== 'skipped');
  const [first] = failed;
  const problems = [
    ...(first === undefined
      ? []
      : [`${failed.length} of ${plural(ran.length, 'test')} failed: ${first.name}`]),
    ...(exit.timedOut ? [`it had not ended after ${formatDuration(suite.timeout)}`] : []),
    ...(!exit.timedOut && exit.status !== 0 && first === undefined ? [`it ended with ${exit.status}`] : []),
    ...read.flatMap(({ path, found }) => ('unreadable' in found ? [`${path}: ${found.unreadable}`] : [])),
    ...missing(suite.junit, reports, own, ran),
  ];
  const kept = suite.junit.length === 0 ? {} : { cases };
  if (problems.length === 0) return { outcome: 'pass', reason: passed(suite.junit, cases, ran), ...kept };
  const reason = problems.join('; ');
  const shown = first?.message ?? excerpt(exit.lastLines.slice(-8).join('\n'));
  return { outcome: 'fail', reason, miss: { reason, ...(shown === '' ? {} : { excerpt: shown }) }, ...kept };
}

function missing(
  patterns: readonly string[],
  found: readonly FoundReport[],
  own: readonly FoundReport[],
  ran: readonly TestCase[],
): string[] {
  if (patterns.length === 0) return [];
  if (found.length === 0) return [`it wrote no report ${patterns.join(', ')}`];
  if (own.length === 0) return [`${found[0]?.path} is older than this run: it wrote no report`];
  return ran.length === 0 ? ['its report has no test that ran'] : [];
}

function passed(patterns: readonly string[], cases: readonly TestCase[], ran: readonly TestCase[]): string {
  if (patterns.length === 0) return 'ended with 0';
  const skipped = cases.length - ran.length;
  return `${plural(ran.length, 'test')} passed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

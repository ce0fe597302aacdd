/** Checks as the release manager reads them, in the summaries of smoke-test and of rollback's `verify`. */
import type { CheckOutcome, LatencyFigures } from '../checks/types.ts';
import { formatDuration } from '../duration.ts';
import { plural } from '../words.ts';
import { code, codeBlock, details, escapeText, table } from './markdown.ts';

/** Rows shown of one table, and tests named of one suite; the JSON report and the JUnit file have them all. */
const mostRows = 60;
const mostCases = 20;

const marks = { pass: '✅', fail: '❌', inconclusive: '❔' } as const;

/** What did not pass stands first: in a long list it is what is looked for. */
export function checksTable(outcomes: readonly CheckOutcome[]): string {
  const rows = [...outcomes].sort((a, b) => Number(a.outcome === 'pass') - Number(b.outcome === 'pass'));
  const more = rows.length > mostRows ? `\n\n… and ${rows.length - mostRows} more that passed.` : '';
  return (
    table(
      ['', 'Check', 'What it heard', 'Attempts', 'Took'],
      rows
        .slice(0, mostRows)
        .map((each) => [
          each.severity === 'warn' && each.outcome !== 'pass' ? '⚠️' : marks[each.outcome],
          escapeText(each.name),
          escapeText(each.reason) + latencyOf(each.latency),
          String(each.attempts),
          formatDuration(each.endedAt - each.startedAt),
        ]),
    ) + more
  );
}

const latencyOf = (figures: LatencyFigures | undefined): string =>
  figures === undefined
    ? ''
    : `<br>${figures.requests} requests: p50 ${ms(figures.p50)}, p95 ${ms(figures.p95)}, slowest ${ms(figures.max)}, ${figures.failed} failed`;

const ms = (value: number): string => (Number.isFinite(value) ? `${Math.round(value)} ms` : 'no answer');

/** What those that did not pass answered, folded. */
export const checksEvidence = (outcomes: readonly CheckOutcome[]): string[] => outcomes.flatMap(evidenceOf);

function evidenceOf({ name, outcome, miss, cases = [] }: CheckOutcome): string[] {
  if (outcome === 'pass') return [];
  const failed = cases.filter((each) => each.outcome === 'failed');
  const rows = failed
    .slice(0, mostCases)
    .map((each) => [code([each.group, each.name].filter(Boolean).join(' ')), escapeText(each.message)]);
  const more = failed.length > mostCases ? `\n\n… and ${failed.length - mostCases} more` : '';
  if (failed.length > 0)
    return [details(`${name}: ${plural(failed.length, 'test')} failed`, table(['Test', 'Why'], rows) + more)];
  return miss?.excerpt === undefined ? [] : [details(`${name}: what it answered`, codeBlock(miss.excerpt))];
}

import type { CheckOutcome, ChecksOutcome, LatencyFigures } from '../../lib/domain/checks/types.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import { isVerified } from '../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import {
  code,
  codeBlock,
  details,
  escapeText,
  sections,
  table,
  verdictLine,
} from '../../lib/domain/report/markdown.ts';
import { timeline } from '../../lib/domain/report/timeline.ts';
import { plural } from '../../lib/domain/workloads/words.ts';
import type { SmokeResult } from './run.ts';

/** Rows shown of one table, and tests named of one suite; the JSON report and the JUnit file have them all. */
const mostRows = 60;
const mostCases = 20;

const marks = { pass: '✅', fail: '❌', inconclusive: '❔' } as const;

/** Who answers comes first: it decides whether the rest was asked at all. */
export const everyOutcome = ({ identity, checks }: ChecksOutcome): readonly CheckOutcome[] =>
  identity === undefined ? checks : [identity, ...checks];

/** What the release manager reads: one line, what it means for the release, every check, the evidence folded. */
export function summary(result: SmokeResult): string {
  const { outcome, notAsked, duration, record } = result;
  const all = everyOutcome(outcome);
  return sections(
    verdictLine('smoke-test', result),
    record === undefined ? undefined : recordLine(record),
    checkTable(all),
    notAsked.length === 0 ? undefined : `Not asked, because of it: ${shown(notAsked)}.`,
    timeline(phases(all), Math.max(0, ...all.map(({ endedAt }) => endedAt))),
    ...all.flatMap(evidenceOf),
    `Took ${formatDuration(duration)}.`,
  );
}

function recordLine(record: ReleaseRecord): string {
  const { id, state, expects, verdicts } = record;
  if (isVerified(record)) return `Record ${code(id)} is **verified**: an undo may go back to it.`;
  const missing = expects.filter((name) => !verdicts.some((verdict) => verdict.name === name));
  const waits = missing.length === 0 ? '' : `; ${missing.map(code).join(' and ')} still to come`;
  return `Record ${code(id)} is **${state}**, not verified${waits}: no undo goes back to it.`;
}

function checkTable(outcomes: readonly CheckOutcome[]): string {
  // What did not pass stands first: in a long list it is what is looked for.
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

/** Who answers, all checks together, each suite: what the time went into. */
function phases(outcomes: readonly CheckOutcome[]): Parameters<typeof timeline>[0] {
  const checks = outcomes.filter(({ kind }) => kind !== 'identity' && kind !== 'suite');
  const groups: readonly (readonly [string, readonly CheckOutcome[]])[] = [
    ...outcomes.filter(({ kind }) => kind === 'identity').map((one) => ['who answers', [one]] as const),
    ...(checks.length === 0 ? [] : [[plural(checks.length, 'check'), checks] as const]),
    ...outcomes.filter(({ kind }) => kind === 'suite').map((one) => [one.name, [one]] as const),
  ];
  return groups.map(([name, group]) => ({
    name,
    startedAt: new Date(Math.min(...group.map(({ startedAt }) => startedAt))).toISOString(),
    endedAt: new Date(Math.max(...group.map(({ endedAt }) => endedAt))).toISOString(),
    outcome: group.some(({ severity, outcome }) => severity === 'fail' && outcome !== 'pass')
      ? 'failure'
      : 'success',
  }));
}

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

const shown = (names: readonly string[]): string =>
  names.length <= 10
    ? names.map((name) => code(name)).join(', ')
    : `${names
        .slice(0, 10)
        .map((name) => code(name))
        .join(', ')} and ${names.length - 10} more`;

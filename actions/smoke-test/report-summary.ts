import type { CheckOutcome, ChecksOutcome } from '../../lib/domain/checks/types.ts';
import { recordedLine } from '../../lib/domain/database/recorded-schema.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import { isVerified } from '../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { checksEvidence, checksTable } from '../../lib/domain/report/checks.ts';
import { code, escapeText, sections, verdictLine } from '../../lib/domain/report/markdown.ts';
import { timeline } from '../../lib/domain/report/timeline.ts';
import { plural } from '../../lib/domain/words.ts';
import type { SmokeResult } from './run.ts';

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
    checksTable(all),
    notAsked.length === 0 ? undefined : `Not asked, because of it: ${shown(notAsked)}.`,
    timeline(phases(all), Math.max(0, ...all.map(({ endedAt }) => endedAt))),
    ...checksEvidence(all),
    `Took ${formatDuration(duration)}.`,
  );
}

function recordLine(record: ReleaseRecord): string {
  const { id, state, expects, verdicts, database } = record;
  const schema = database === undefined ? '' : ` Its ${escapeText(recordedLine(database))}.`;
  if (isVerified(record)) return `Record ${code(id)} is **verified**: an undo may go back to it.${schema}`;
  const missing = expects.filter((name) => !verdicts.some((verdict) => verdict.name === name));
  const waits = missing.length === 0 ? '' : `; ${missing.map(code).join(' and ')} still to come`;
  return `Record ${code(id)} is **${state}**, not verified${waits}: no undo goes back to it.`;
}

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

const shown = (names: readonly string[]): string =>
  names.length <= 10
    ? names.map((name) => code(name)).join(', ')
    : `${names
        .slice(0, 10)
        .map((name) => code(name))
        .join(', ')} and ${names.length - 10} more`;

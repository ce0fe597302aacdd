/** The candidates as a table, for people. */
import { formatDuration } from '../duration.ts';
import { shortImages } from '../images/short.ts';
import type { Candidate, Decision } from './types.ts';

export interface CandidateRow {
  /** `→` the one that is taken, `×` the one that is left, else empty. */
  readonly mark: string;
  readonly revision: string;
  readonly chart: string;
  /** In short: `shop:1.4.1@sha256:1234567890ab`. */
  readonly images: string;
  readonly verified: 'yes' | 'no' | 'rejected';
  readonly why: string;
  readonly age: string;
  readonly by: string;
}

/** One row per revision, newest first. `now` in milliseconds since the epoch. */
export function candidateTable(
  candidates: readonly Candidate[],
  decision: Decision,
  now: number,
): CandidateRow[] {
  const [from, to] = decision.kind === 'undo' ? [decision.from, decision.to] : [];
  return candidates.map((candidate) => ({
    mark: markOf(candidate, from, to),
    revision: `${candidate.revision}${candidate.root === candidate.revision ? '' : ` (= ${candidate.root})`}`,
    chart: candidate.chart,
    images: shortImages(candidate.images),
    verified: candidate.rejected ? 'rejected' : candidate.verified ? 'yes' : 'no',
    why: candidate.why,
    age: ageOf(candidate.at, now),
    by: candidate.by,
  }));
}

/** What the marks mean, for below the table. */
export const legend = (decision: Decision): string =>
  decision.kind === 'undo' ? '→ where it goes, × what it leaves' : '';

/** The rows as aligned lines, for the log. */
export function tableLines(rows: readonly CandidateRow[]): string[] {
  const head = ['', 'revision', 'images', 'chart', 'verified', 'age', 'by', 'why'];
  const cells = rows.map(({ mark, revision, images, chart, verified, age, by, why }) => [
    mark,
    revision,
    images,
    chart,
    verified,
    age,
    by,
    why,
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)));
  return [head, ...cells].map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function markOf(candidate: Candidate, from: Candidate | undefined, to: Candidate | undefined): string {
  if (candidate.revision === to?.revision) return '→';
  return candidate.revision === from?.revision ? '×' : '';
}

function ageOf(at: string, now: number): string {
  const then = Date.parse(at);
  return Number.isNaN(then) ? '' : formatDuration(Math.max(now - then, 0));
}

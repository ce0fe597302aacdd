/** What every benchmark ends with: statistics, a table, and a line per goal. */

/** A bound that a measured figure must not pass. */
export interface Goal {
  readonly id: string;
  readonly measured: number;
  readonly bound: number;
  /** `s`, `MB`, `×`, … */
  readonly unit: string;
  /** Why it cannot hold as things are; said when it falls short. */
  readonly reason?: string;
}

export interface Benchmark {
  /** Printed as it is: one or more markdown tables. */
  readonly tables: readonly string[];
  readonly goals: readonly Goal[];
  /** Everything measured, as it came; written to bench/results/<name>.json. */
  readonly rounds: unknown;
  /** Too few rounds to quote: results/ is left as it is. */
  readonly draft?: boolean;
}

export const holds = ({ measured, bound }: Goal): boolean => measured <= bound;

/** `goal startup/deploy-helm: 0.62 × (≤ 1.5 ×) holds`. A figure that is not a number falls short. */
export const goalLine = (goal: Goal): string => {
  const { id, measured, bound, unit, reason } = goal;
  const why = reason === undefined ? '' : `: ${reason}`;
  const verdict = holds(goal) ? 'holds' : `falls short${why}`;
  return `goal ${id}: ${figure(measured)} ${unit} (≤ ${bound} ${unit}) ${verdict}`;
};

/** Three significant digits, without an exponent. */
export const figure = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);

export const median = (values: readonly number[]): number => percentile(values, 50);

/** Between the two nearest ranks where it falls between them; NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low + (high - low) * (rank - Math.floor(rank));
}

/** Columns after the first are aligned to the right: they are figures. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, column)).join(' | ')} |`;
  // Also a column one wide has a dash beside its colon.
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(Math.max(1, width - 1))}:`,
  );
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

const pad = (text: string, width: number, column: number): string =>
  column === 0 ? text.padEnd(width) : text.padStart(width);

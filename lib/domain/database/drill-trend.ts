/** The drills of the past as a line of bars: whether restoring takes longer and longer. */
import { codeBlock } from '../report/markdown.ts';
import { drillSchema } from './drill.ts';
import type { DrillEvidence } from './drill.ts';

/** What the trend needs of one drill. */
export interface PastDrill {
  /** ISO 8601. */
  readonly at: string;
  readonly outcome: DrillEvidence['outcome'];
  readonly backup: string;
  /** Undefined where it failed. */
  readonly rtoSeconds?: number;
  readonly rpoSeconds?: number;
  readonly rawBytes?: number;
}

/** How many the chart shows. */
export const trendLength = 12;

/** Evidence as it may have been written by anybody. */
interface Untrusted {
  readonly schema?: unknown;
  readonly at?: unknown;
  readonly outcome?: unknown;
  readonly backup?: { readonly id?: unknown; readonly rawBytes?: unknown };
  readonly rto?: { readonly seconds?: unknown };
  readonly rpo?: { readonly seconds?: unknown };
}

const outcomes = ['passed', 'missed', 'failed'] as const;

/** Reads stored evidence; undefined for what is none. Whoever may write beside the backups may have written it. */
export function parsePastDrill(text: string): PastDrill | undefined {
  let value: Untrusted | null;
  try {
    value = JSON.parse(text) as Untrusted | null;
  } catch {
    return undefined;
  }
  const outcome = outcomes.find((each) => each === value?.outcome);
  const at = typeof value?.at === 'string' ? value.at : '';
  if (value?.schema !== drillSchema || outcome === undefined || Number.isNaN(Date.parse(at)))
    return undefined;
  const id = value.backup?.id;
  return pastOf({ at, outcome, backup: typeof id === 'string' ? id : '' }, value);
}

/** This drill, as the next one will see it. */
export const toPast = (evidence: DrillEvidence): PastDrill =>
  pastOf({ at: evidence.at, outcome: evidence.outcome, backup: evidence.backup.id }, evidence);

function pastOf(
  known: Pick<PastDrill, 'at' | 'outcome' | 'backup'>,
  { rto, rpo, backup }: Untrusted,
): PastDrill {
  return {
    ...known,
    ...number('rtoSeconds', rto?.seconds),
    ...number('rpoSeconds', rpo?.seconds),
    ...number('rawBytes', backup?.rawBytes),
  };
}

const number = <Key extends string>(key: Key, value: unknown): { [K in Key]?: number } =>
  (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? { [key]: value } : {}) as {
    [K in Key]?: number;
  };

/**
 * A Mermaid chart of how long the drills took, oldest first, with the objective as a line; empty with fewer than two
 * that were measured: one bar is no trend.
 */
export function trendChart(drills: readonly PastDrill[], objectiveSeconds?: number): string {
  const measured = drills.filter(({ rtoSeconds }) => rtoSeconds !== undefined).slice(-trendLength);
  if (measured.length < 2) return '';
  const bars = measured.map(({ rtoSeconds = 0 }) => rtoSeconds);
  // Bars begin at nothing: a chart that begins at the smallest value makes a tenth look like a leap.
  const top = Math.max(1, ...bars, objectiveSeconds ?? 0);
  const labels = labelsOf(measured.map(({ at }) => new Date(at).toISOString()));
  return codeBlock(
    [
      'xychart-beta',
      '  title "Seconds to restore and compare"',
      `  x-axis [${labels.map((label) => `"${label}"`).join(', ')}]`,
      `  y-axis "seconds" 0 --> ${Math.ceil(top * 1.1)}`,
      `  bar [${bars.join(', ')}]`,
      ...(objectiveSeconds === undefined ? [] : [`  line [${bars.map(() => objectiveSeconds).join(', ')}]`]),
    ].join('\n'),
    'mermaid',
  );
}

/** Days; with the time where a day has two: bars of one label would be drawn as one. */
function labelsOf(times: readonly string[]): string[] {
  const days = times.map((time) => time.slice(5, 10));
  const isPlain = new Set(days).size === days.length;
  return isPlain ? days : times.map((time) => time.slice(5, 19).replace('T', ' '));
}

import type { LatencyCheck, LatencyFigures, Miss } from './types.ts';

/** One request of an open loop. */
export interface Sample {
  /** From when it should have started to its last byte, milliseconds. */
  readonly latency: number;
  readonly ok: boolean;
}

/** The value that `percentile` per cent of the values do not exceed (nearest rank). NaN of none. */
export function percentileOf(values: readonly number[], percentile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** A request that failed counts as endlessly slow: an error that comes fast is no fast answer. */
export function judgeLatency(
  samples: readonly Sample[],
  { percentile, below }: LatencyCheck,
): { readonly figures: LatencyFigures; readonly miss?: Miss } {
  const times = samples.map(({ latency, ok }) => (ok ? latency : Infinity));
  const measured = percentileOf(times, percentile);
  const failed = samples.filter(({ ok }) => !ok).length;
  const figures = {
    requests: samples.length,
    failed,
    p50: percentileOf(times, 50),
    p95: percentileOf(times, 95),
    max: percentileOf(times, 100),
    measured,
  };
  if (measured <= below) return { figures };
  const how = measured === Infinity ? 'no answer as expected' : `${Math.round(measured)} ms`;
  const errors = failed === 0 ? '' : `, ${failed} of ${samples.length} failed`;
  return { figures, miss: { reason: `p${percentile} is ${how}, allowed are ${below} ms${errors}` } };
}

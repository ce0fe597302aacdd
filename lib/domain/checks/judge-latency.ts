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
  // In binary 1.1 % of 3000 is a little more than 33, and would be the 34th.
  const rank = Math.ceil((percentile * sorted.length) / 100 - 1e-9);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** A request that failed counts as endlessly slow: an error that comes fast is no fast answer. Fewer samples prove nothing. */
export function judgeLatency(
  samples: readonly Sample[],
  { percentile, below, requests }: LatencyCheck,
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
  const isCut = samples.length < requests;
  if (measured <= below && !isCut) return { figures };
  const how = measured === Infinity ? 'no answer as expected' : `${Math.round(measured)} ms`;
  const errors = failed === 0 ? '' : `, ${failed} of ${samples.length} failed`;
  const cut = isCut ? `; only ${samples.length} of ${requests} requests fitted before the deadline` : '';
  return { figures, miss: { reason: `p${percentile} is ${how}, the limit is ${below} ms${errors}${cut}` } };
}

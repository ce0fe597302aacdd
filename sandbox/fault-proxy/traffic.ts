import { patternOf } from './faults.ts';
import type { Recorded } from './proxy.ts';

export interface Traffic {
  readonly requests: number;
  /** Bytes of request bodies that went on to the server; headers are not counted. */
  readonly sentBytes: number;
  /** Bytes of answers' bodies that came back. */
  readonly receivedBytes: number;
}

/** The sum of what the proxy saw, of one method, or of the paths that a pattern as in fault orders fits. */
export function trafficOf(
  recorded: readonly Recorded[],
  { method, path = '*' }: { method?: string; path?: string } = {},
): Traffic {
  const pattern = patternOf(path);
  const all = recorded.filter(
    (one) => (method === undefined || one.method === method) && pattern.test(one.url.replace(/\?.*$/, '')),
  );
  const sum = (of: (one: Recorded) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    requests: all.length,
    sentBytes: sum(({ sentBytes }) => sentBytes),
    receivedBytes: sum(({ receivedBytes }) => receivedBytes),
  };
}

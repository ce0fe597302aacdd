/** Times carry their unit in the name or in this type; inputs carry it in the value (`5m`). */
export type Milliseconds = number;

const unit: Record<string, Milliseconds> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `90s`, `5m`, `1h30m`. Returns undefined for anything else: no unit, a sign, a word, zero parts. */
export function parseDuration(text: string): Milliseconds | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, name] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (unit[name ?? ''] ?? Number.NaN);
  }
  return total;
}

/** `0.4s`, `12s`, `3m20s`, `1h05m`: the shortest form that a person reads at a glance. */
export function formatDuration(ms: Milliseconds): string {
  if (ms < 10_000) return `${Number((ms / 1_000).toFixed(1))}s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const pad = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  return `${Math.floor(seconds / 3_600)}h${pad(Math.floor((seconds % 3_600) / 60))}m`;
}

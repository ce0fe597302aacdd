import { isMap } from '../images/values-path.ts';

/** Merges values the way Helm does: maps key by key, anything else (lists too) is replaced whole by the later one. */
export function mergeValues(...layers: readonly unknown[]): unknown {
  return layers.reduce((under, over) => {
    if (over === undefined) return under;
    if (!isMap(under) || !isMap(over)) return over;
    const merged: Record<string, unknown> = { ...under };
    for (const [key, value] of Object.entries(over)) merged[key] = mergeValues(under[key], value);
    return merged;
  });
}

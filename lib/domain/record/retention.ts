/** Which records may go. */
import { isVerified } from './transitions.ts';
import type { ReleaseRecord } from './types.ts';

export const keptRecords = 20;
const keptVerified = 2;

/** All but the newest 20, the last two verified, and the one that runs: the newest that was applied and not undone. */
export function toPrune(records: readonly ReleaseRecord[]): ReleaseRecord[] {
  const newest = [...records].sort((a, b) => b.seq - a.seq);
  const kept = new Set([
    ...newest.slice(0, keptRecords),
    ...newest.filter(isVerified).slice(0, keptVerified),
    ...newest.filter(mayRun).slice(0, 1),
  ]);
  return newest.filter((record) => !kept.has(record));
}

const mayRun = ({ state }: ReleaseRecord): boolean =>
  state === 'applied' || state === 'ready' || state === 'verified';

/** Removes what runs left that were killed: unfinished uploads, and objects for which no manifest ever came. */
import { parseBackupKey } from '../../domain/database/backup-key.ts';
import type { BackedUp } from '../../domain/database/backup-key.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import type { Storage } from '../../ports/storage.ts';
import { foldersOf } from './catalogue.ts';

export interface SweepKilledOrder {
  readonly of: BackedUp;
  /** The longest that a run may take: what is younger may still be at work. */
  readonly longestRun: Milliseconds;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Swept {
  /** What was removed, a line each. */
  readonly removed: readonly string[];
  /** Ids without a manifest that are too young to say whose they are. */
  readonly unsure: readonly string[];
}

/** Clocks of two runners differ, and a run that is out of time still tidies up. */
const grace: Milliseconds = 60_000;

/** Touches nothing but keys of this database that have the form of ours. */
export async function sweepKilled(order: SweepKilledOrder, storage: Storage): Promise<Swept> {
  const { of, now } = order;
  const idleFor = order.longestRun + grace;
  const isOurs = (key: string): boolean => {
    const parsed = parseBackupKey(key);
    return parsed?.engine === of.engine && parsed.database === of.database;
  };
  const uploads = await storage.sweep({ isOurs, idleFor });
  const unfinished = (await foldersOf(storage, of)).filter(({ manifest }) => manifest === undefined);
  const old = unfinished.filter(({ startedAt }) => startedAt < now - idleFor);
  // Its run may have published it since the listing, however unlikely: what has a manifest is a backup.
  const again =
    old.length === 0 ? [] : (await foldersOf(storage, of)).filter(({ manifest }) => manifest === undefined);
  const dead = again.filter(({ id }) => old.some((each) => each.id === id));
  for (const { key } of dead.flatMap(({ objects }) => objects)) await storage.delete(key);
  return {
    removed: [
      ...uploads.map(({ key }) => `unfinished upload of ${key}`),
      ...dead.map(({ id, objects }) => `${id}: no manifest ever came (${objects.length} objects)`),
    ],
    unsure: unfinished.filter((each) => !old.includes(each)).map(({ id }) => id),
  };
}

/** What is wrong with a stored backup, by its sizes alone: whoever counts it, checks it or restores it asks here. */
import { parseBackupKey } from './backup-key.ts';
import type { BackupManifest, StoredObjectFacts } from './backup-manifest.ts';

/** Every object that a backup consists of, beside its manifest. */
export const partsOf = ({
  object,
  globals,
}: Pick<BackupManifest, 'object' | 'globals'>): readonly StoredObjectFacts[] =>
  globals === undefined ? [object] : [object, globals];

export interface Damage {
  readonly key: string;
  /** `is gone`, `has 3 bytes instead of 812`. */
  readonly what: string;
}

/** The first thing that is wrong; undefined where all of it is there. `bytesOf`: what the storage says of a key. */
export function damageIn(
  manifest: Pick<BackupManifest, 'id' | 'object' | 'globals'>,
  bytesOf: (key: string) => number | undefined,
): Damage | undefined {
  for (const { key, bytes } of partsOf(manifest)) {
    const found = bytesOf(key);
    // A manifest that names the object of another backup was changed, or moved.
    if (parseBackupKey(key)?.id !== manifest.id) return { key, what: 'is not of this backup' };
    if (found === undefined) return { key, what: 'is gone' };
    if (found !== bytes) return { key, what: `has ${found} bytes instead of ${bytes}` };
  }
  return undefined;
}

/** What keeps a stored backup from being restored: whoever counts it, checks it or restores it asks here. */
import { parseBackupKey } from './backup-key.ts';
import type { BackupManifest, StoredObjectFacts } from './backup-manifest.ts';

/** What the storage says of a key. */
export interface FoundPart {
  readonly bytes: number;
  /** Told only where the object itself was asked for: a listing does not say it. */
  readonly archived?: string;
}

export interface Damage {
  readonly key: string;
  /** `is gone`, `has 3 bytes instead of 812`. */
  readonly what: string;
  /** What to do about it; undefined where it is damaged and nobody can mend it. */
  readonly remedy?: string;
}

/** Every object that a backup consists of, beside its manifest. */
export const partsOf = ({
  object,
  globals,
}: Pick<BackupManifest, 'object' | 'globals'>): readonly StoredObjectFacts[] =>
  globals === undefined ? [object] : [object, globals];

/** The first thing that is wrong; undefined where all of it is there. */
export function damageIn(
  manifest: Pick<BackupManifest, 'id' | 'object' | 'globals'>,
  found: (key: string) => FoundPart | undefined,
): Damage | undefined {
  for (const part of partsOf(manifest)) {
    const damage = damageOfPart(manifest.id, part, found(part.key));
    if (damage !== undefined) return damage;
  }
  return undefined;
}

export function damageOfPart(
  id: string,
  { key, bytes }: StoredObjectFacts,
  found: FoundPart | undefined,
): Damage | undefined {
  // A manifest that names the object of another backup was changed, or moved.
  if (parseBackupKey(key)?.id !== id) return { key, what: `is not of ${id}, though its manifest names it` };
  if (found === undefined) return { key, what: 'is gone' };
  if (found.bytes !== bytes) return { key, what: `has ${found.bytes} bytes instead of ${bytes}` };
  if (found.archived === undefined) return undefined;
  return {
    key,
    what: `lies in the archive (${found.archived}) and cannot be read`,
    remedy:
      'restore it from the archive first (aws s3api restore-object), and change the lifecycle rule that moved it',
  };
}

/** Deletes the backups that no rule keeps. Runs last, and only after a new one was proven. */
import { parseBackupKey } from '../../domain/database/backup-key.ts';
import type { BackedUp } from '../../domain/database/backup-key.ts';
import type { VerificationLevel } from '../../domain/database/backup-manifest.ts';
import { decideByLevel } from '../../domain/database/retention-by-level.ts';
import type { LevelledBackup } from '../../domain/database/retention-by-level.ts';
import type { Keep, RetentionDecision } from '../../domain/database/retention.ts';
import { TargetError } from '../../domain/errors.ts';
import type { Storage } from '../../ports/storage.ts';
import { foldersOf, readManifest } from './catalogue.ts';
import type { BackupFolder } from './catalogue.ts';

export interface RetireOrder {
  readonly of: BackedUp;
  readonly keep: Keep;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** One that is not there yet and counts as if it were; it gets no decision. */
  readonly coming?: { readonly id: string; readonly level: VerificationLevel };
}

/**
 * What would go and what would stay, newest first. The listing decides; then the manifests of those that would go and
 * of the newest that would stay are read, and what is not ours after all counts for nothing and is left alone.
 */
export async function decideFates(
  { of, keep, now, coming }: RetireOrder,
  storage: Storage,
): Promise<readonly Fate[]> {
  const listed = (await foldersOf(storage, of)).filter(({ manifest }) => manifest !== undefined);
  const known =
    coming === undefined ? [] : [{ id: coming.id, takenAt: now, level: coming.level, ours: true }];
  const folders = new Map(listed.map((folder) => [folder.id, folder]));
  const ours = new Map<string, boolean>(known.map(({ id }) => [id, true]));
  for (;;) {
    const backups = listed.map((folder) => levelled(folder, ours.get(folder.id) ?? true));
    const decisions = decideByLevel([...known, ...backups], keep, now);
    const unread = decisions.filter((each) => matters(each) && !ours.has(each.id));
    if (unread.length === 0)
      return decisions.flatMap((decision) => {
        const folder = folders.get(decision.id);
        return folder === undefined ? [] : [{ ...decision, folder }];
      });
    for (const { id } of unread) ours.set(id, await isOurs(folders.get(id), storage));
  }
}

export interface Fate extends RetentionDecision {
  readonly folder: BackupFolder;
}

const matters = ({ fate, why }: RetentionDecision): boolean =>
  fate === 'deleted' || why.includes('always stay');

const levelled = ({ id, startedAt, manifest, keys }: BackupFolder, ours: boolean): LevelledBackup => ({
  id,
  takenAt: startedAt,
  level: keys.some((key) => parseBackupKey(key)?.part === 'dump') ? manifest?.level : undefined,
  ours,
});

/** A manifest that cannot be read, or is of something else, is nobody's whom we know. */
async function isOurs(folder: BackupFolder | undefined, storage: Storage): Promise<boolean> {
  try {
    await readManifest(storage, folder?.manifest?.key ?? '');
    return true;
  } catch (error) {
    if (error instanceof TargetError) return false;
    throw error;
  }
}

/** The manifest first: what is killed in between leaves no backup that looks whole. */
export async function retire({ folder }: Pick<Fate, 'folder'>, storage: Storage): Promise<void> {
  const isManifest = (key: string): boolean => parseBackupKey(key)?.part === 'manifest';
  const inOrder = [...folder.keys.filter(isManifest), ...folder.keys.filter((key) => !isManifest(key))];
  for (const key of inOrder) await storage.delete(key);
}

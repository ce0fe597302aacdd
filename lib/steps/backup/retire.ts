/** Deletes the backups that no rule keeps. Runs last, and only after a new one was proven. */
import { damageIn } from '../../domain/database/backup-damage.ts';
import { parseBackupKey } from '../../domain/database/backup-key.ts';
import type { BackedUp } from '../../domain/database/backup-key.ts';
import type { VerificationLevel } from '../../domain/database/backup-manifest.ts';
import { decideByLevel } from '../../domain/database/retention-by-level.ts';
import type { LevelledBackup } from '../../domain/database/retention-by-level.ts';
import type { Keep, RetentionDecision, WeighedDecision } from '../../domain/database/retention.ts';
import { TargetError } from '../../domain/errors.ts';
import type { Storage } from '../../ports/storage.ts';
import { foldersOf, readManifest } from './catalogue.ts';
import type { BackupFolder, ListedObject } from './catalogue.ts';

export interface RetireOrder {
  readonly of: BackedUp;
  readonly keep: Keep;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** One that is not there yet and counts as if it were; it gets no decision. */
  readonly coming?: { readonly id: string; readonly level: VerificationLevel };
}

/**
 * What would go and what would stay, newest first. The listing decides; then the manifests of those that would go, and
 * of those that keep a place from another, are read and held against the sizes in the listing. What is damaged, or not
 * ours after all, counts for nothing, and it is decided again.
 */
export async function decideFates(
  { of, keep, now, coming }: RetireOrder,
  storage: Storage,
): Promise<readonly Fate[]> {
  const folders = (await foldersOf(storage, of)).filter(({ manifest }) => manifest !== undefined);
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  const known: LevelledBackup[] =
    coming === undefined ? [] : [{ id: coming.id, takenAt: now, level: coming.level, ours: true }];
  const looked = new Map<string, Look>(known.map(({ id }) => [id, { ours: true, damage: undefined }]));
  for (;;) {
    const backups = folders.map((folder) => levelled(folder, looked.get(folder.id)));
    const decisions = decideByLevel([...known, ...backups], keep, now);
    const unread = decisions.filter((each) => matters(each) && !looked.has(each.id));
    if (unread.length === 0)
      return decisions.flatMap(({ id, fate, why }) => {
        const folder = byId.get(id);
        return folder === undefined ? [] : [{ id, fate, why, folder, damage: looked.get(id)?.damage }];
      });
    for (const { id } of unread) looked.set(id, await lookAt(byId.get(id), storage));
  }
}

export interface Fate extends RetentionDecision {
  readonly folder: BackupFolder;
  /** What is wrong with it, as far as anybody looked. */
  readonly damage: string | undefined;
}

/** One that is only young takes nothing from another: of a thousand such, none is read. */
const matters = ({ fate, takesPlace }: WeighedDecision): boolean => fate === 'deleted' || takesPlace;

type Look = Required<Pick<LevelledBackup, 'ours' | 'damage'>>;

const levelled = (folder: BackupFolder, look = fromListing(folder)): LevelledBackup => ({
  id: folder.id,
  takenAt: folder.startedAt,
  level: folder.manifest?.level ?? 'complete',
  ...look,
});

/** What can be known before the manifest is read. */
const fromListing = ({ objects }: BackupFolder): Look => ({
  ours: true,
  damage: objects.some(({ key }) => parseBackupKey(key)?.part === 'dump') ? undefined : 'its dump is gone',
});

/** A manifest that cannot be read, or is of something else, is nobody's whom we know. */
async function lookAt(folder: BackupFolder | undefined, storage: Storage): Promise<Look> {
  try {
    const manifest = await readManifest(storage, folder?.manifest?.key ?? '');
    const listed = new Map(folder?.objects.map((object) => [object.key, object]));
    const damage = damageIn(manifest, (key) => listed.get(key));
    return { ours: true, damage: damage && `${nameOf(damage.key)} ${damage.what}` };
  } catch (error) {
    if (error instanceof TargetError) return { ours: false, damage: error.message };
    throw error;
  }
}

const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** The manifest first: what is killed in between leaves no backup that looks whole. */
export async function retire({ folder }: Pick<Fate, 'folder'>, storage: Storage): Promise<void> {
  const isManifest = ({ key }: ListedObject): boolean => parseBackupKey(key)?.part === 'manifest';
  const { objects } = folder;
  const inOrder = [...objects.filter(isManifest), ...objects.filter((each) => !isManifest(each))];
  for (const { key } of inOrder) await storage.delete(key);
}

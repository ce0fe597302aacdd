/** What backups lie below a destination. A listing says it; only the manifests that are needed are read. */
import { parseBackupKey, prefixOf, startOf } from '../../domain/database/backup-key.ts';
import type { BackedUp, BackupKey } from '../../domain/database/backup-key.ts';
import { parseManifest, verificationLevels } from '../../domain/database/backup-manifest.ts';
import type { BackupManifest, VerificationLevel } from '../../domain/database/backup-manifest.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError } from '../../domain/errors.ts';
import type { Storage, StoredObject } from '../../ports/storage.ts';

/** A backup that has a manifest, as the listing tells it. */
export interface CataloguedBackup {
  readonly id: string;
  /** Of the run that made it, in milliseconds since the epoch; its manifest's `takenAt` is the snapshot's. */
  readonly startedAt: Milliseconds;
  readonly level: VerificationLevel;
  readonly manifestKey: string;
}

/** All that lies under one id, with a manifest or without. */
export interface BackupFolder {
  readonly id: string;
  readonly startedAt: Milliseconds;
  /** The one of the highest level; undefined while there is none: then it is no backup. */
  readonly manifest: { readonly level: VerificationLevel; readonly key: string } | undefined;
  /** Every object of it, manifests too. */
  readonly objects: readonly ListedObject[];
}

export type ListedObject = Pick<StoredObject, 'key' | 'bytes'>;

/** Newest first. Keys that are none of ours are not there. */
export async function foldersOf(storage: Storage, of: BackedUp): Promise<readonly BackupFolder[]> {
  const folders = new Map<string, BackupFolder>();
  for await (const { key, bytes } of storage.list(prefixOf(of))) {
    const parsed = parseBackupKey(key);
    if (parsed !== undefined)
      folders.set(parsed.id, withObject(folders.get(parsed.id), parsed, { key, bytes }));
  }
  return [...folders.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

function withObject(
  folder: BackupFolder | undefined,
  { id, level }: BackupKey,
  object: ListedObject,
): BackupFolder {
  const { manifest, objects = [], startedAt = startOf(id) ?? 0 } = folder ?? {};
  const higher = level !== undefined && (manifest === undefined || isHigher(level, manifest.level));
  return {
    id,
    startedAt,
    manifest: higher ? { level, key: object.key } : manifest,
    objects: [...objects, object],
  };
}

const isHigher = (level: VerificationLevel, than: VerificationLevel): boolean =>
  verificationLevels.indexOf(level) > verificationLevels.indexOf(than);

/** Newest first; what has no manifest is no backup. */
export async function backupsOf(storage: Storage, of: BackedUp): Promise<readonly CataloguedBackup[]> {
  return catalogued(await foldersOf(storage, of));
}

export const catalogued = (folders: readonly BackupFolder[]): readonly CataloguedBackup[] =>
  folders.flatMap(({ id, startedAt, manifest }) =>
    manifest === undefined ? [] : [{ id, startedAt, level: manifest.level, manifestKey: manifest.key }],
  );

/** The newest that was proven at least so far; undefined where there is none. `newestFirst` as `backupsOf` gives them. */
export const newestAt = (
  level: VerificationLevel,
  newestFirst: readonly CataloguedBackup[],
): CataloguedBackup | undefined => newestFirst.find((each) => !isHigher(level, each.level));

/** A manifest of a thousand tables has some 100 KiB: what is longer is none, and is not kept in memory. */
const longestManifest = 32 * 1_024 * 1_024;

/** Throws TargetError where there is none, or one that cannot be of the backup under whose id it lies. */
export async function readManifest(storage: Storage, manifestKey: string): Promise<BackupManifest> {
  const refuse = (problem: string, remedy: string): TargetError =>
    new TargetError(problem, { subject: `${storage.place}/${manifestKey}`, remedy });
  const found = await storage.get(manifestKey);
  if (found === undefined)
    throw refuse(
      'the manifest of the backup is gone',
      'something else deletes below the destination: find out what, then choose another backup',
    );
  if (found.object.bytes > longestManifest)
    throw refuse(`the manifest has ${found.object.bytes} bytes: it is none of ours`, otherManifest);
  const chunks: Uint8Array[] = [];
  for await (const chunk of found.bytes) chunks.push(chunk);
  const manifest = parseManifest(Buffer.concat(chunks).toString('utf8'));
  if ('unreadable' in manifest)
    throw refuse(`the manifest of the backup cannot be read: ${manifest.unreadable}`, otherManifest);
  const lies = parseBackupKey(manifestKey);
  const said = [manifest.engine, manifest.database, manifest.id, manifest.verified.level];
  const named = lies === undefined ? said : [lies.engine, lies.database, lies.id, lies.level];
  if (named.some((each, at) => each !== said[at]))
    throw refuse(`the manifest lies in the wrong place: it is of ${said.join(' ')}`, otherManifest);
  return manifest;
}

const otherManifest =
  'it was changed, moved or written by another version of Slipway: choose another backup, or move it away';

/** How a backup is asked for: by its id, by any URI of it below the destination, or the newest that is proven so far. */
export type WantedBackup =
  | { readonly kind: 'latest'; readonly of: BackedUp; readonly level: VerificationLevel }
  | { readonly kind: 'id'; readonly of: BackedUp; readonly id: string }
  | { readonly kind: 'uri'; readonly uri: string };

/** Throws TargetError where there is no such backup. */
export async function findBackup(storage: Storage, wanted: WantedBackup): Promise<CataloguedBackup> {
  const { of, id } = wanted.kind === 'uri' ? placeOf(wanted.uri, storage) : { id: '', ...wanted };
  const folders = await foldersOf(storage, of);
  const all = catalogued(folders);
  const where = `${storage.place}/${prefixOf(of)}`;
  if (wanted.kind === 'latest') {
    const newest = newestAt(wanted.level, all);
    if (newest !== undefined) return newest;
    throw new TargetError(`there is no backup of ${of.database} that was proven as far as ${wanted.level}`, {
      subject: where,
      remedy: 'run backup-db with that verify, or ask for less',
      details: [['there', describe(all)]],
    });
  }
  const found = all.find((each) => each.id === id);
  if (found !== undefined) return found;
  const isHalf = folders.some((folder) => folder.id === id);
  throw new TargetError(
    isHalf ? `${id} is no backup: it has no manifest` : `there is no backup ${id} of ${of.database}`,
    {
      subject: where,
      remedy: isHalf
        ? 'the run that made it did not finish; choose another'
        : 'see the ids that are there, or ask for latest-verified',
      details: [['there', describe(all)]],
    },
  );
}

/** Which backup a URI names: its folder, its object or its manifest. */
function placeOf(uri: string, { place }: Storage): { readonly of: BackedUp; readonly id: string } {
  const begin = place.endsWith('/') ? place : `${place}/`;
  const key = uri.startsWith(begin) ? uri.slice(begin.length) : undefined;
  const parsed =
    key === undefined
      ? undefined
      : (parseBackupKey(key) ?? parseBackupKey(`${key.replace(/\/$/, '')}/manifest.complete.json`));
  if (parsed !== undefined) return { of: parsed, id: parsed.id };
  throw new TargetError(`${uri} is no backup ${key === undefined ? `below ${place}` : 'of ours'}`, {
    subject: place,
    remedy: 'give the output uri of backup-db, with the destination that it lies in',
  });
}

/** The newest few, for an error. */
function describe(all: readonly CataloguedBackup[]): string {
  if (all.length === 0) return 'nothing';
  const few = all.slice(0, 5).map(({ id, level }) => `${id} (${level})`);
  return all.length > few.length ? `${few.join(', ')} and ${all.length - few.length} more` : few.join(', ');
}

/** Backups in a directory: of this machine, or mounted from another. */
import { createHash } from 'node:crypto';
import { open, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Account } from '../../../domain/storage/account.ts';
import { DamagedObjectError } from '../../../domain/storage/damaged.ts';
import { formatDestination } from '../../../domain/storage/destination.ts';
import type { FilePlace } from '../../../domain/storage/destination.ts';
import { assertKey } from '../../../domain/storage/key.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Download, Leftover, Storage, StoredObject, SweepOrder } from '../../../ports/storage.ts';
import { finishedName } from '../unfinished.ts';
import { refusalOf } from './refusal.ts';
import { putFile } from './upload.ts';
import { walk } from './walk.ts';

export interface FileStorageOptions {
  readonly destination: FilePlace;
  /** Where a directory that is not absolute begins. */
  readonly workspace: string;
  readonly clock: Clock;
  /** Never the same twice: `randomUUID`. */
  readonly newMark: () => string;
  /** Ends what is under way; what is half-written is removed before its call rejects. */
  readonly signal?: AbortSignal;
}

export function fileStorage({ destination, workspace, clock, newMark, signal }: FileStorageOptions): Storage {
  const root = resolve(workspace, destination.directory);
  const place = formatDestination(destination);
  const pathOf = (key: string): string => join(root, assertKey(key));
  return {
    place,
    put: async (key, bytes) => putFile({ place, key, path: pathOf(key), mark: newMark(), signal }, bytes),
    get: async (key) => getFile({ place, key, path: pathOf(key), signal }),
    head: async (key) => headFile(place, key, pathOf(key)),
    list: (prefix) => listFiles(place, root, prefix),
    delete: async (key) => deleteFile(place, root, key, pathOf(key)),
    sweep: (order) => sweepFiles(place, root, clock.now(), order),
  };
}

async function headFile(place: string, key: string, path: string): Promise<StoredObject | undefined> {
  try {
    const known = await stat(path);
    return known.isFile() ? { key, bytes: known.size, modified: known.mtimeMs } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw refusalOf(place, `read ${key}`, dirname(path), error);
  }
}

interface Reading {
  readonly place: string;
  readonly key: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

async function getFile(reading: Reading): Promise<Download | undefined> {
  const { place, key, path } = reading;
  const object = await headFile(place, key, path);
  if (object === undefined) return undefined;
  const hash = createHash('sha256');
  let bytes = 0;
  let account: Account | undefined;
  const read = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(reading)) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    if (bytes !== object.bytes)
      throw new DamagedObjectError(place, key, `${bytes} bytes instead of ${object.bytes}`);
  };
  return {
    object,
    bytes: read(),
    account: () => (account ??= { bytes, sha256: hash.digest('hex') }),
  };
}

async function* chunksOf({ place, key, path, signal }: Reading): AsyncGenerator<Buffer> {
  try {
    const file = await open(path, 'r');
    yield* file.createReadStream({ highWaterMark: 256 * 1024, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw refusalOf(place, `read ${key}`, dirname(path), error);
  }
}

async function* listFiles(place: string, root: string, prefix: string): AsyncGenerator<StoredObject> {
  // Only the directory that the prefix names is walked through.
  const folder = prefix.includes('/') ? assertKey(dirname(`${prefix}.`)) : '';
  if (await isFile(root)) throw refusalOf(place, `list ${prefix}`.trimEnd(), root, notADirectory);
  const walked = await walk(join(root, folder)).catch((error: unknown) => {
    if (folder !== '' && isMissing(error)) return [];
    throw refusalOf(place, `list ${prefix}`.trimEnd(), root, error);
  });
  for (const { key: file, bytes, modified } of walked) {
    const key = join(folder, file);
    if (key.startsWith(prefix) && finishedName(basename(key)) === undefined) yield { key, bytes, modified };
  }
}

async function deleteFile(place: string, root: string, key: string, path: string): Promise<void> {
  await rm(path).catch((error: unknown) => {
    if (!isMissing(error)) throw refusalOf(place, `delete ${key}`, dirname(path), error);
  });
  // An object store has no empty directories.
  for (let folder = dirname(path); folder.startsWith(`${root}/`); folder = dirname(folder))
    if (
      !(await rmdir(folder).then(
        () => true,
        () => false,
      ))
    )
      return;
}

/** By the time of the last write: a run that still writes touches its file all the while. */
async function sweepFiles(
  place: string,
  root: string,
  now: number,
  { isOurs, idleFor }: SweepOrder,
): Promise<Leftover[]> {
  const swept: Leftover[] = [];
  const walked = await walk(root).catch((error: unknown) => {
    throw refusalOf(place, 'list what is unfinished', root, error);
  });
  for (const { key, path, modified } of walked) {
    const name = finishedName(basename(key));
    if (name === undefined || modified > now - idleFor) continue;
    const becomes = join(dirname(key), name);
    if (!isOurs(becomes)) continue;
    await rm(path, { force: true }).catch((error: unknown) => {
      throw refusalOf(place, `remove what is left of ${becomes}`, dirname(path), error);
    });
    swept.push({ key: becomes, touched: modified });
  }
  return swept;
}

const notADirectory = Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (known) => !known.isDirectory(),
    () => false,
  );

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/**
 * Dump → zstd → age → storage, without a file in between. Each hop ends only when the one before it ended well, and
 * the object becomes visible only after all of them did and the snapshot's contents are known; then it is read again and
 * unpacked, down to the bytes that the dump tool wrote. Whatever fails, nothing is left, and no success is told.
 */
import { isEmpty } from '../../domain/database/fingerprint.ts';
import type { Layer } from '../../domain/database/backup-manifest.ts';
import { CancelledError, TargetError } from '../../domain/errors.ts';
import { DamagedStreamError, LostInPackingError } from '../../domain/storage/damaged.ts';
import type { Account } from '../../domain/storage/account.ts';
import type { Contents, Database, Dump, DumpOrder } from '../../ports/database.ts';
import type { Packing } from '../../ports/packing.ts';
import type { Storage, StoredObject, Upload } from '../../ports/storage.ts';
import { opened, stored } from './opened.ts';
import type { Sealed } from './opened.ts';

export interface BackupOrder extends DumpOrder {
  readonly key: string;
  /** zstd's, 1 to 19. */
  readonly level: number;
  /** age's; none: the object is not encrypted. */
  readonly recipients: readonly string[];
  /** age's, one that fits: what is encrypted is opened again before it counts. */
  readonly identities: readonly string[];
  /** Whether a database without a single row may be backed up: mostly it is the wrong one. */
  readonly mayBeEmpty: boolean;
  /** Bytes of the dump a second, as its tool writes it: what spares the server spares the way to it, too. */
  readonly maxThroughput?: number;
  /** Who proves the object by unpacking all of it later need not have it read twice. */
  readonly readLater?: boolean;
}

export interface BackupPorts {
  readonly database: Database;
  readonly packing: Packing;
  readonly storage: Storage;
  /** Told when an object that is no backup could not be removed again. */
  readonly onLeft: (key: string, why: unknown) => void;
}

export interface StoredDump {
  readonly object: StoredObject;
  readonly takenAt: string;
  readonly format: Dump['format'];
  readonly facts: Dump['facts'];
  readonly contents: Contents;
  /** Of the dump as the tool wrote it. */
  readonly raw: Account;
  /** Of the object, as it was sent. */
  readonly packed: Account;
  readonly layers: readonly Layer[];
}

/** Throws what the first of all hops threw; CancelledError when the signal aborts at any time before it is proven. */
export async function storeDump(order: BackupOrder, ports: BackupPorts): Promise<StoredDump> {
  const dump = await sent(order, ports);
  if (order.readLater !== true) await proveStored(order, dump, ports);
  return dump;
}

/** The snapshot is given back as soon as its object is stored: a server that keeps one open cannot tidy up. */
async function sent(order: BackupOrder, { database, packing, storage }: BackupPorts): Promise<StoredDump> {
  const dump = await database.dump(order);
  try {
    const upload = await storage.put(order.key, pack(sparing(dump.bytes, order, packing), order, packing));
    const { contents, raw } = await orGiveUp(upload, async () => ({
      contents: await checkedContents(dump, order, database.described),
      raw: dump.account(),
    }));
    const object = await upload.finish();
    return {
      object,
      takenAt: dump.takenAt,
      format: dump.format,
      facts: dump.facts,
      contents,
      raw,
      packed: upload.account,
      layers: layersOf(order),
    };
  } finally {
    await dump.close();
  }
}

export function pack(
  bytes: AsyncIterable<Uint8Array>,
  order: Pick<BackupOrder, 'level' | 'recipients' | 'signal'>,
  packing: Packing,
): AsyncIterable<Uint8Array> {
  const small = packing.compress(bytes, { level: order.level, ...signalled(order) });
  return order.recipients.length === 0 ? small : packing.encrypt(small, order.recipients);
}

/** Held back before anything else: the tool waits, and so does what it reads. */
const sparing = (
  bytes: AsyncIterable<Uint8Array>,
  { maxThroughput, ...order }: BackupOrder,
  packing: Packing,
): AsyncIterable<Uint8Array> =>
  maxThroughput === undefined
    ? bytes
    : packing.limit(bytes, { bytesPerSecond: maxThroughput, ...signalled(order) });

/** From the object back to the dump. */
export const layersOf = ({ recipients, level }: Pick<BackupOrder, 'recipients' | 'level'>): Layer[] => [
  ...(recipients.length === 0 ? [] : [{ kind: 'age', recipients } as const]),
  { kind: 'zstd', level },
];

async function orGiveUp<Result>(upload: Upload, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await upload.giveUp();
    throw error;
  }
}

async function checkedContents(dump: Dump, order: BackupOrder, subject: string): Promise<Contents> {
  const contents = await dump.contents;
  stopWhenCancelled(order);
  if (order.mayBeEmpty || !isEmpty(contents.fingerprint)) return contents;
  throw new TargetError('the database holds not a single row; nothing was stored', {
    subject,
    remedy: 'see that this is the database that you mean; allow an empty one where it may be',
  });
}

/**
 * Reads an object again and unpacks it: it must be what was sent, and hold what was packed, or it is removed. Not the
 * packed bytes alone: a zstd that loses some of its input and ends with 0 writes a whole frame of the rest.
 */
export async function proveStored(
  order: Pick<BackupOrder, 'key' | 'signal' | 'identities'>,
  sent: Pick<Sealed, 'packed' | 'layers'> & { readonly raw: Account },
  ports: Pick<BackupPorts, 'packing' | 'storage' | 'onLeft'>,
): Promise<void> {
  const { key, identities } = order;
  const { storage, onLeft } = ports;
  const missing = (): Error =>
    new TargetError(`${storage.place} took ${key} and does not have it`, {
      subject: `${storage.place}/${key}`,
      remedy: 'the storage lost what it took: do not trust it with backups before you know why',
    });
  const sealed: Sealed = { ...sent, key, identities, missing };
  try {
    for await (const _ of opened(sealed, ports)) stopWhenCancelled(order);
    stopWhenCancelled(order);
  } catch (error) {
    const why = await blamed(error, sealed, storage).catch((other: unknown) => other);
    await storage.delete(key).catch((left: unknown) => onLeft(key, left));
    throw why;
  }
}

/** What cannot be unpacked was changed by the storage, unless that still has every byte as it was sent. */
async function blamed(error: unknown, sealed: Sealed, storage: Storage): Promise<unknown> {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof DamagedStreamError)) return error;
  for await (const _ of stored(sealed, storage));
  return Object.assign(new LostInPackingError(storage.place, sealed.key, cause.message), { cause });
}

function stopWhenCancelled({ signal }: Pick<BackupOrder, 'signal'>): void {
  if (signal?.aborted === true) throw new CancelledError();
}

const signalled = ({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

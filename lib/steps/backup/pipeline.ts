/**
 * Dump → zstd → age → storage, without a file in between. Each hop ends only when the one before it ended well, and
 * the object becomes visible only after all of them did and the snapshot's contents are known; then it is read again.
 * Whatever fails, nothing is left, and no success is told.
 */
import { isEmpty } from '../../domain/database/fingerprint.ts';
import type { Layer } from '../../domain/database/backup-manifest.ts';
import { CancelledError, TargetError } from '../../domain/errors.ts';
import { assertSame } from '../../domain/storage/damaged.ts';
import type { Account } from '../../domain/storage/account.ts';
import type { Contents, Database, Dump, DumpOrder } from '../../ports/database.ts';
import type { Packing } from '../../ports/packing.ts';
import type { Storage, StoredObject, Upload } from '../../ports/storage.ts';

export interface BackupOrder extends DumpOrder {
  readonly key: string;
  /** zstd's, 1 to 19. */
  readonly level: number;
  /** age's; none: the object is not encrypted. */
  readonly recipients: readonly string[];
  /** Whether a database without a single row may be backed up: mostly it is the wrong one. */
  readonly mayBeEmpty: boolean;
  /** Bytes of the dump a second, as its tool writes it: what spares the server spares the way to it, too. */
  readonly maxThroughput?: number;
  /** Who proves the object by reading all of it later need not have it read twice. */
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
  /** Of the object: as it was sent, and as it was read again, unless `readLater`. */
  readonly packed: Account;
  readonly layers: readonly Layer[];
}

/** Throws what the first of all hops threw; CancelledError when the signal aborts at any time before it is proven. */
export async function storeDump(order: BackupOrder, ports: BackupPorts): Promise<StoredDump> {
  const stored = await sent(order, ports);
  if (order.readLater !== true) await proveStored(order, stored.packed, ports);
  return stored;
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
const layersOf = ({ recipients, level }: BackupOrder): Layer[] => [
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

/** Reads an object again and compares it with what was sent; one that differs is removed. */
export async function proveStored(
  order: Pick<BackupOrder, 'key' | 'signal'>,
  sent: Account,
  { storage, onLeft }: Pick<BackupPorts, 'storage' | 'onLeft'>,
): Promise<void> {
  const { key } = order;
  try {
    const found = await storage.get(key);
    if (found === undefined)
      throw new TargetError(`${storage.place} took ${key} and does not have it`, {
        subject: `${storage.place}/${key}`,
        remedy: 'the storage lost what it took: do not trust it with backups before you know why',
      });
    for await (const _ of found.bytes) stopWhenCancelled(order);
    stopWhenCancelled(order);
    assertSame(storage.place, key, sent, found.account());
  } catch (error) {
    await storage.delete(key).catch((why: unknown) => onLeft(key, why));
    throw error;
  }
}

function stopWhenCancelled({ signal }: Pick<BackupOrder, 'signal'>): void {
  if (signal?.aborted === true) throw new CancelledError();
}

const signalled = ({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

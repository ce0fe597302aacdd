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
  /** Of the object: as it was sent, and as it was read again. */
  readonly packed: Account;
  readonly layers: readonly Layer[];
}

/** Throws what the first of all hops threw; CancelledError when the signal aborts at any time before it is proven. */
export async function storeDump(order: BackupOrder, ports: BackupPorts): Promise<StoredDump> {
  const { database, packing, storage } = ports;
  const dump = await database.dump(order);
  try {
    const upload = await storage.put(order.key, pack(dump.bytes, order, packing));
    const { contents, raw } = await orGiveUp(upload, async () => ({
      contents: await checkedContents(dump, order, database.described),
      raw: dump.account(),
    }));
    const object = await upload.finish();
    await proveStored(order, upload.account, ports);
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

function pack(
  bytes: AsyncIterable<Uint8Array>,
  order: BackupOrder,
  packing: Packing,
): AsyncIterable<Uint8Array> {
  const small = packing.compress(bytes, { level: order.level, ...signalled(order) });
  return order.recipients.length === 0 ? small : packing.encrypt(small, order.recipients);
}

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

/** Reads the object again and compares; an object that is not what was sent is removed. */
async function proveStored(
  order: BackupOrder,
  sent: Account,
  { storage, onLeft }: BackupPorts,
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

function stopWhenCancelled({ signal }: BackupOrder): void {
  if (signal?.aborted === true) throw new CancelledError();
}

const signalled = ({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

/**
 * Storage → age → zstd → database, and then every table compared with what the manifest says was in the snapshot. It
 * is the stored object that is restored, not a copy that this machine still has.
 */
import type { BackupManifest } from '../../domain/database/backup-manifest.ts';
import { comparisonOf, fingerprintDifferences } from '../../domain/database/fingerprint.ts';
import { serverRefusals } from '../../domain/database/restore-refusals.ts';
import { CancelledError, TargetError } from '../../domain/errors.ts';
import type { Cancellable, Contents, Database, RestoreOrder } from '../../ports/database.ts';
import type { Packing } from '../../ports/packing.ts';
import type { Storage } from '../../ports/storage.ts';
import { opened } from './opened.ts';

export interface RestoreStoredOrder extends RestoreOrder {
  readonly manifest: BackupManifest;
  /** age's; needed only where the object is encrypted. */
  readonly identities: readonly string[];
}

export interface RestorePorts {
  /** Where it is restored into: an empty database. */
  readonly database: Database;
  readonly packing: Packing;
  readonly storage: Storage;
}

/**
 * Resolves with what is in the restored database when it is what was dumped. Refuses, before anything is changed, a
 * database that is not empty, a server that cannot take the dump (its version, its tools, its extensions, its disk),
 * and identities that do not fit.
 */
export async function restoreStored(order: RestoreStoredOrder, ports: RestorePorts): Promise<Contents> {
  const { database } = ports;
  await refuseUnfit(order, database);
  await database.restore(unpacked(order, ports), order);
  const { engine, fingerprint, withoutRows } = order.manifest;
  const { kind } = comparisonOf(engine, fingerprint);
  const contents = await database.contents(kind, { ...order, withoutRows });
  const differences = fingerprintDifferences(fingerprint, contents.fingerprint);
  if (differences.length === 0) return contents;
  throw new TargetError(`the restored database is not what was dumped: ${differences[0]}`, {
    subject: `backup ${order.manifest.id}`,
    remedy: 'do not rely on this backup; make another, and find out what differs',
    details: differences.map((line) => ['differs', line] as const),
  });
}

/** Whatever can be known of the server before it is touched; its disk, where it tells it. */
async function refuseUnfit(
  { manifest, signal }: RestoreStoredOrder,
  database: RestorePorts['database'],
): Promise<void> {
  const options: Cancellable = signal === undefined ? {} : { signal };
  const facts = await database.probe(options);
  const free = await database.freeBytes(options).catch((error: unknown) => {
    if (error instanceof CancelledError || signal?.aborted === true) throw error;
    return undefined;
  });
  const [first, ...more] = serverRefusals(manifest, { facts, free });
  if (first === undefined) return;
  throw new TargetError(`backup ${manifest.id} cannot be restored here: ${first.reason}`, {
    subject: database.described,
    remedy: first.remedy,
    details: more.map(({ reason }) => ['and', reason] as const),
  });
}

/**
 * The dump as the tool wrote it. It ends only when the object was the one that the manifest names, and the dump too:
 * so no tool ever sees the end of anything else.
 */
export function unpacked(
  { manifest, identities }: Pick<RestoreStoredOrder, 'manifest' | 'identities'>,
  ports: Pick<RestorePorts, 'packing' | 'storage'>,
): AsyncIterable<Uint8Array> {
  const { object, raw, layers } = manifest;
  const missing = (): Error =>
    new TargetError(`${ports.storage.place} has no ${object.key}`, {
      subject: `backup ${manifest.id}`,
      remedy: 'its manifest is there and its object is not: something else deleted it',
    });
  return opened({ key: object.key, packed: object, raw, layers, identities, missing }, ports);
}

/**
 * Storage → age → zstd → database, and then every table compared with what the manifest says was in the snapshot. It
 * is the stored object that is restored, not a copy that this machine still has.
 */
import type { BackupManifest } from '../../domain/database/backup-manifest.ts';
import { fingerprintDifferences } from '../../domain/database/fingerprint.ts';
import { readVersion, restoreProblem } from '../../domain/database/versions.ts';
import { TargetError } from '../../domain/errors.ts';
import { assertSame } from '../../domain/storage/damaged.ts';
import type { Cancellable, Contents, Database, RestoreOrder } from '../../ports/database.ts';
import type { Packing } from '../../ports/packing.ts';
import type { Storage } from '../../ports/storage.ts';

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
 * database that is not empty, a server older than the dump, and identities that do not fit.
 */
export async function restoreStored(order: RestoreStoredOrder, ports: RestorePorts): Promise<Contents> {
  const { database } = ports;
  await refuseOlderServer(order, database);
  await database.restore(unpacked(order, ports), order);
  const { kind } = order.manifest.fingerprint;
  const contents = await database.contents(kind, order);
  const differences = fingerprintDifferences(order.manifest.fingerprint, contents.fingerprint);
  if (differences.length === 0) return contents;
  throw new TargetError(`the restored database is not what was dumped: ${differences[0]}`, {
    subject: `backup ${order.manifest.id}`,
    remedy: 'do not rely on this backup; make another, and find out what differs',
    details: differences.map((line) => ['differs', line] as const),
  });
}

async function refuseOlderServer(
  { manifest, signal }: RestoreStoredOrder,
  database: Database,
): Promise<void> {
  const options: Cancellable = signal === undefined ? {} : { signal };
  const [tool, source] = [manifest.toolVersion, manifest.serverVersion].map((text) =>
    readVersion(manifest.engine, text),
  );
  const { server } = await database.probe(options);
  const problem =
    tool === undefined || source === undefined
      ? 'its manifest names no version that can be read'
      : restoreProblem({ tool, source }, server);
  if (problem === undefined) return;
  throw new TargetError(`backup ${manifest.id} cannot be restored here: ${problem}`, {
    subject: database.described,
    remedy: 'restore into a server of the version that was dumped, or a newer one',
  });
}

/**
 * The dump as the tool wrote it. It ends only when the object was the one that the manifest names, and the dump too:
 * so no tool ever sees the end of anything else.
 */
async function* unpacked(order: RestoreStoredOrder, ports: RestorePorts): AsyncGenerator<Uint8Array> {
  const { manifest } = order;
  const { packing, storage } = ports;
  let bytes: AsyncIterable<Uint8Array> = stored(order, storage);
  for (const layer of manifest.layers)
    bytes = layer.kind === 'age' ? packing.decrypt(bytes, order.identities) : packing.decompress(bytes);
  const raw = packing.count(bytes);
  yield* raw.bytes;
  assertSame(storage.place, manifest.object.key, manifest.raw, raw.account());
}

async function* stored({ manifest }: RestoreStoredOrder, storage: Storage): AsyncGenerator<Uint8Array> {
  const { key } = manifest.object;
  const download = await storage.get(key);
  if (download === undefined)
    throw new TargetError(`${storage.place} has no ${key}`, {
      subject: `backup ${manifest.id}`,
      remedy: 'its manifest is there and its object is not: something else deleted it',
    });
  yield* download.bytes;
  assertSame(storage.place, key, manifest.object, download.account());
}

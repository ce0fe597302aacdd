/** The manifest makes a backup of what was stored: it comes last, and only while all of it is still there. */
import { manifestKey } from '../../domain/database/backup-key.ts';
import { manifestText } from '../../domain/database/backup-manifest.ts';
import type { BackupManifest } from '../../domain/database/backup-manifest.ts';
import { DamagedObjectError } from '../../domain/storage/damaged.ts';
import { proveStored } from './pipeline.ts';
import type { BackupPorts } from './pipeline.ts';

/**
 * Publishes it under the level that it says; returns its key. Throws where an object of the backup is gone or has
 * another size than was stored: another run may have taken it for what a killed one left.
 */
export async function publish(
  manifest: BackupManifest,
  ports: Pick<BackupPorts, 'packing' | 'storage' | 'onLeft'> & { readonly signal?: AbortSignal },
): Promise<string> {
  const { storage, signal } = ports;
  for (const object of [manifest.object, ...(manifest.globals === undefined ? [] : [manifest.globals])]) {
    const found = await storage.head(object.key);
    if (found?.bytes !== object.bytes)
      throw new DamagedObjectError(
        storage.place,
        object.key,
        found === undefined ? 'it is gone' : `${found.bytes} bytes instead of ${object.bytes}`,
      );
  }
  const key = manifestKey(manifest, manifest.id, manifest.verified.level);
  const upload = await storage.put(key, once(manifestText(manifest)));
  await upload.finish();
  const order = { key, identities: [], ...(signal === undefined ? {} : { signal }) };
  await proveStored(order, { packed: upload.account, raw: upload.account, layers: [] }, ports);
  return key;
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

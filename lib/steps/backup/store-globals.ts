/** Roles and grants of the server as an object of their own, packed as the dump is, so that both open with one key. */
import type { StoredObjectFacts } from '../../domain/database/backup-manifest.ts';
import { TargetError } from '../../domain/errors.ts';
import { layersOf, pack, proveStored } from './pipeline.ts';
import type { BackupOrder, BackupPorts } from './pipeline.ts';

export type GlobalsOrder = Pick<BackupOrder, 'key' | 'level' | 'recipients' | 'identities' | 'signal'>;

/** As `storeDump`: it ends only when every hop did, and a failure leaves nothing. */
export async function storeGlobals(order: GlobalsOrder, ports: BackupPorts): Promise<StoredObjectFacts> {
  const { database, packing, storage } = ports;
  const globals = await database.dumpGlobals(order.signal === undefined ? {} : { signal: order.signal });
  const upload = await storage.put(order.key, pack(globals.bytes, order, packing));
  const raw = globals.account();
  if (raw.bytes === 0) {
    await upload.giveUp();
    throw new TargetError('the server told no roles at all; nothing was stored', {
      subject: database.described,
      remedy: 'see who the user is that asks, or set globals: false',
    });
  }
  await upload.finish();
  await proveStored(order, { packed: upload.account, raw, layers: layersOf(order) }, ports);
  return { key: order.key, ...upload.account };
}

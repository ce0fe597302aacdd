/** A restore whose parts are timed: fetch and restore are one stream, the comparison comes after it. */
import type { BackupManifest } from '../../domain/database/backup-manifest.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Contents } from '../../ports/database.ts';
import type { Packing } from '../../ports/packing.ts';
import type { Storage } from '../../ports/storage.ts';
import { opened } from './opened.ts';
import { restoreStored } from './restore-stored.ts';
import type { RestorePorts, RestoreStoredOrder } from './restore-stored.ts';

export interface TimedOrder extends RestoreStoredOrder {
  /** Roles and grants first. */
  readonly globals: boolean;
}

export interface TimedPorts extends RestorePorts {
  readonly clock: Clock;
  /** Told when the restore is over and the comparison begins. */
  readonly onRestored: () => void;
}

export interface TimedRestore {
  readonly contents: Contents;
  readonly restore: Milliseconds;
  readonly compare: Milliseconds;
  /** Tables in it whose rows no dump sees at one moment. */
  readonly nonTransactional: readonly string[];
}

/** As `restoreStored`, the globals before it where they are asked for. Throws TargetError where the backup has none. */
export async function restoreTimed(order: TimedOrder, ports: TimedPorts): Promise<TimedRestore> {
  const { clock, database } = ports;
  const beganAt = clock.now();
  if (order.globals) await applyGlobals(order, ports);
  let restoredAt = beganAt;
  const watched = {
    ...database,
    async restore(...given: Parameters<typeof database.restore>) {
      const account = await database.restore(...given);
      restoredAt = clock.now();
      ports.onRestored();
      return account;
    },
  };
  const contents = await restoreStored(order, { ...ports, database: watched });
  const comparedAt = clock.now();
  const signalled = order.signal === undefined ? {} : { signal: order.signal };
  // Known only now: a manifest does not say how its tables are stored. PostgreSQL has but one way.
  const { nonTransactional } =
    order.manifest.engine === 'postgresql' ? { nonTransactional: [] } : await database.probe(signalled);
  return { contents, restore: restoredAt - beganAt, compare: comparedAt - restoredAt, nonTransactional };
}

async function applyGlobals(order: TimedOrder, { database, storage, packing }: TimedPorts): Promise<void> {
  await database.applyGlobals(unpackedGlobals(order.manifest, order.identities, { storage, packing }), order);
}

/** The roles and grants of a backup as SQL; ends only when the object was the one that the manifest names. */
function unpackedGlobals(
  { id, globals, layers }: BackupManifest,
  identities: readonly string[],
  ports: { readonly storage: Storage; readonly packing: Packing },
): AsyncIterable<Uint8Array> {
  if (globals === undefined)
    throw new TargetError(`backup ${id} has no roles and grants`, {
      subject: `backup ${id}`,
      remedy: 'back up with globals: true, or restore with owners: false',
    });
  const { key } = globals;
  const missing = (): Error =>
    new TargetError(`${ports.storage.place} has no ${key}`, {
      subject: `backup ${id}`,
      remedy: 'its manifest is there and its roles and grants are not: something else deleted them',
    });
  return opened({ key, packed: globals, raw: undefined, layers, identities, missing }, ports);
}

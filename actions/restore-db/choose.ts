import type { BackupManifest, StoredObjectFacts } from '../../lib/domain/database/backup-manifest.ts';
import { damageOfPart } from '../../lib/domain/database/backup-damage.ts';
import type { Refusal } from '../../lib/domain/database/restore-refusals.ts';
import { TargetError } from '../../lib/domain/errors.ts';
import { DamagedStreamError } from '../../lib/domain/storage/damaged.ts';
import type { Packing } from '../../lib/ports/packing.ts';
import type { Storage } from '../../lib/ports/storage.ts';
import { findBackup, readManifest } from '../../lib/steps/backup/catalogue.ts';
import type { WantedBackup } from '../../lib/steps/backup/catalogue.ts';
import type { Inputs } from './inputs.ts';

/** The backup that was asked for; throws where there is none, or no manifest of it can be read. */
export async function chooseBackup({ backup, of }: Inputs, storage: Storage): Promise<BackupManifest> {
  const wanted: WantedBackup = backup.kind === 'uri' ? backup : { ...backup, of };
  const found = await findBackup(storage, wanted);
  return readManifest(storage, found.manifestKey);
}

/** What keeps the stored objects from being restored. */
export interface ObjectLook {
  /** The backup's own: it is not all there, or was changed. */
  readonly damage: readonly Refusal[];
  /** Of what was asked for. */
  readonly refusals: readonly Refusal[];
}

/** Looked at before anything is changed: that the objects are there, whole, and ours to open. */
export async function lookAtObjects(
  manifest: BackupManifest,
  { identities, globals }: Pick<Inputs, 'identities' | 'globals'>,
  { storage, packing }: { readonly storage: Storage; readonly packing: Packing },
): Promise<ObjectLook> {
  const noGlobals: Refusal = {
    reason: `backup ${manifest.id} has no roles and grants`,
    remedy: 'leave globals out, or choose a backup that was made with globals: true',
  };
  const wanted = globals && manifest.globals !== undefined ? [manifest.globals] : [];
  const damage = await Promise.all(
    [manifest.object, ...wanted].map((object) => objectProblem(manifest, object, storage)),
  );
  const opened =
    damage.flat().length > 0 ? nothingSaid : await tryKey(manifest, identities, { storage, packing });
  return {
    damage: [...damage.flat(), ...opened.damage],
    refusals: [...(globals && manifest.globals === undefined ? [noGlobals] : []), ...opened.refusals],
  };
}

const nothingSaid: ObjectLook = { damage: [], refusals: [] };

const another = 'choose another backup, and find out what else changes what lies in the destination';

async function objectProblem(
  { id }: BackupManifest,
  part: StoredObjectFacts,
  storage: Storage,
): Promise<Refusal[]> {
  const damage = damageOfPart(id, part, await storage.head(part.key));
  if (damage === undefined) return [];
  const { key, what, remedy = another } = damage;
  return [{ reason: `${storage.place}/${key} ${what}`, remedy }];
}

/** Opens the object with the identities and reads its first bytes: a wrong key is known in a second, not after hours. */
async function tryKey(
  { id, object, layers }: BackupManifest,
  identities: readonly string[],
  { storage, packing }: { readonly storage: Storage; readonly packing: Packing },
): Promise<ObjectLook> {
  const age = layers.find(({ kind }) => kind === 'age');
  if (age?.kind !== 'age') return nothingSaid;
  const remedy = `give identity: the secret key of ${age.recipients.join(' or ')}`;
  const asked = (reason: string): ObjectLook => ({ damage: [], refusals: [{ reason, remedy }] });
  const broken = (reason: string): ObjectLook => ({ damage: [{ reason, remedy: another }], refusals: [] });
  if (identities.length === 0) return asked(`backup ${id} is encrypted, and identity is empty`);
  const download = await storage.get(object.key);
  if (download === undefined) return broken(`${storage.place} has no ${object.key}`);
  try {
    for await (const _ of packing.decrypt(download.bytes, identities)) break;
    return nothingSaid;
  } catch (error) {
    if (error instanceof DamagedStreamError) return broken(`${object.key} does not open: ${error.message}`);
    if (error instanceof TargetError) return asked(`backup ${id} cannot be decrypted: ${error.message}`);
    throw error;
  }
}

/** Everything that is looked at before anything is changed: the backup, its object, the key, the target. */
import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import { serverRefusals } from '../../lib/domain/database/restore-refusals.ts';
import type { Refusal } from '../../lib/domain/database/restore-refusals.ts';
import { TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import type { Database } from '../../lib/ports/database.ts';
import { chooseBackup, lookAtObjects } from './choose.ts';
import type { Inputs } from './inputs.ts';
import { restoredName } from './name.ts';
import type { Ports } from './ports.ts';
import { occupiedRefusals, takenRefusals } from './refusals.ts';
import { decideTransaction } from './transaction.ts';
import type { TransactionDecision } from './transaction.ts';

export interface Look {
  readonly manifest: BackupManifest;
  readonly transaction: TransactionDecision;
  /** Of the database that `beside` makes; empty in the other modes. */
  readonly name: string;
  /** Where it goes, in words. */
  readonly where: string;
  /** In words; empty in a drill, whose server is not there yet. */
  readonly room: string;
  /** Everything that keeps it from being restored. */
  readonly refusals: readonly Refusal[];
  /** Those of them that speak against the backup itself. */
  readonly damage: readonly Refusal[];
  /** What does not keep it from going on, and should be known. */
  readonly notes: readonly string[];
}

/** Changes nothing. Throws where there is no backup to speak of; everything else that is wrong is in `refusals`. */
export async function look(inputs: Inputs, ports: Ports, now: number): Promise<Look> {
  const manifest = await chooseBackup(inputs, ports.storage);
  const transaction = decideTransaction(inputs.oneTransaction, manifest);
  const objects = await lookAtObjects(manifest, inputs, ports);
  const target = await lookAtTarget(manifest, inputs, ports, now);
  return {
    manifest,
    transaction,
    ...target,
    damage: objects.damage,
    refusals: [...objects.damage, ...objects.refusals, ...transaction.refusals, ...target.refusals],
    // Beside and in a drill whatever fails is dropped as a whole.
    notes: [...target.notes, ...(transaction.one || inputs.mode !== 'into' ? [] : [transaction.why])],
  };
}

type TargetLook = Pick<Look, 'name' | 'where' | 'room' | 'refusals' | 'notes'>;

async function lookAtTarget(
  manifest: BackupManifest,
  inputs: Inputs,
  ports: Ports,
  now: number,
): Promise<TargetLook> {
  const { database, scratch } = ports;
  if (inputs.mode === 'drill' || database === undefined)
    return { name: '', where: scratch?.described ?? '', room: '', refusals: [], notes: [] };
  const server = await lookAtServer(manifest, database, ports);
  if (inputs.mode === 'into') {
    const occupants = await database.occupants({ signal: ports.signal });
    return { name: '', ...server, refusals: [...occupiedRefusals(occupants), ...server.refusals] };
  }
  const form = `${inputs.database}_restored_`;
  const name = inputs.name || restoredName(inputs.database, now);
  const [taken, earlier] = await Promise.all(
    [name, form].map((prefix) => database.namesBeside(prefix, { signal: ports.signal })),
  );
  const notes = (earlier ?? [])
    .filter((each) => each !== name)
    .map((each) => `database ${each} of an earlier restore is still there; drop it when nobody needs it`);
  return {
    ...server,
    name,
    where: `a new database ${name} beside ${server.where}`,
    refusals: [...takenRefusals(name, taken ?? []), ...server.refusals],
    notes: [...server.notes, ...notes],
  };
}

async function lookAtServer(
  manifest: BackupManifest,
  database: Database,
  { signal }: Ports,
): Promise<Omit<TargetLook, 'name'>> {
  const facts = await database.probe({ signal });
  const free = await freeOf(database, signal);
  return {
    where: `${database.described} (${facts.server.text})`,
    room: free === undefined ? 'not known' : `${formatBytes(free)} free`,
    refusals: serverRefusals(manifest, { facts, free }),
    notes:
      free === undefined
        ? ['how much disk the server has free could not be learnt: nothing was held against it']
        : [],
  };
}

/** Not knowing never refuses: a server that tells nobody its disk is no reason not to restore. */
async function freeOf(database: Database, signal: AbortSignal): Promise<number | undefined> {
  try {
    return await database.freeBytes({ signal });
  } catch (error) {
    if (error instanceof TargetError || error instanceof UnreachableError) return undefined;
    throw error;
  }
}

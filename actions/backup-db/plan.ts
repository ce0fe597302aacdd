import { backupId } from '../../lib/domain/database/backup-key.ts';
import type { VerificationLevel } from '../../lib/domain/database/backup-manifest.ts';
import type { RetentionDecision } from '../../lib/domain/database/retention.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import { foldersOf, readManifest } from '../../lib/steps/backup/catalogue.ts';
import { decideFates } from '../../lib/steps/backup/retire.ts';
import type { BackupInputs } from './inputs.ts';
import type { BackupPorts } from './ports.ts';
import type { Looked } from './preflight.ts';
import type { BackupResult } from './run.ts';

export interface Plan {
  /** A line each, in the order in which it would be done. */
  readonly steps: readonly string[];
}

/** What the same inputs would do without `dry-run`. Retention is decided as if the new backup were there already. */
export async function planBackup(
  looked: Looked,
  inputs: BackupInputs,
  ports: BackupPorts,
): Promise<Pick<BackupResult, 'result' | 'reason' | 'backup' | 'fates' | 'plan'>> {
  const { log, storage } = ports;
  const size = await estimate(looked, ports);
  const fates = await wouldKeep(inputs, ports);
  const unfinished = (await foldersOf(storage, inputs.of)).filter(({ manifest }) => manifest === undefined);
  const steps = [
    ...unfinished.map(({ id }) => `sweep ${id}, which has no manifest, once it is older than timeout`),
    ...(inputs.globals ? ['dump roles and grants of the whole server'] : []),
    `dump ${inputs.of.database} and store ${size}${inputs.recipients.length === 0 ? ', not encrypted' : ''}`,
    proofLine(inputs.verify, ports),
    'publish the manifest',
    ...(fates ?? []).map(({ fate, id, why }) => `${fate === 'kept' ? 'keep' : 'delete'} ${id}: ${why}`),
  ];
  for (const step of steps) log.info(step);
  return {
    result: 'success',
    reason: `would back up ${inputs.of.database} to ${storage.place}: ${size}, proven as far as ${inputs.verify}`,
    backup: undefined,
    fates,
    plan: { steps },
  };
}

function proofLine(verify: VerificationLevel, { scratch }: BackupPorts): string {
  if (verify === 'complete') return 'read the stored object again and compare it';
  if (verify === 'parsed') return 'have the dump tool read all of the stored object';
  return `restore the stored object in ${scratch?.described ?? 'a scratch server'} and compare every table`;
}

/** As large as the last one was; without one, what can be said is that a dump is mostly smaller than its database. */
async function estimate({ facts, backups: [newest] }: Looked, { storage }: BackupPorts): Promise<string> {
  const before = newest === undefined ? undefined : await readManifest(storage, newest.manifestKey);
  return before === undefined
    ? `less than the ${formatBytes(facts.bytes)} that it takes on the server’s disk`
    : `about ${formatBytes(before.object.bytes)}, as ${before.id} has`;
}

async function wouldKeep(
  { keep, of, verify }: BackupInputs,
  { storage, clock, chance }: BackupPorts,
): Promise<readonly RetentionDecision[] | undefined> {
  if (keep === undefined) return undefined;
  const now = clock.now();
  const coming = { id: backupId(now, chance()), level: verify };
  const fates = await decideFates({ of, keep, now, coming }, storage);
  return fates.map(({ id, fate, why }) => ({ id, fate, why }));
}

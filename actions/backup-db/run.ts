import { backupId } from '../../lib/domain/database/backup-key.ts';
import type { BackedUp } from '../../lib/domain/database/backup-key.ts';
import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import type { RetentionDecision } from '../../lib/domain/database/retention.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { within } from '../../lib/steps/within.ts';
import { checkNewest } from './check.ts';
import { backupByCronJob } from './cron-job.ts';
import type { CronJobBackup } from './cron-job.ts';
import type { BackupInputs, Inputs } from './inputs.ts';
import { makeBackup } from './make.ts';
import type { Phase } from './make.ts';
import { planBackup } from './plan.ts';
import type { Plan } from './plan.ts';
import type { BackupPorts, Order, Ports } from './ports.ts';
import { preflight } from './preflight.ts';
import { retireOld } from './retention.ts';
import { sweepLeftovers } from './sweep.ts';
import { madeReason } from './words.ts';

export interface BackupResult extends Result {
  /** Undefined where a CronJob of the team's knows. */
  readonly of: BackedUp | undefined;
  /** `s3://backups/shop`. */
  readonly destination: string;
  /** What was made, or what was found with `mode: check`; undefined where there is none. */
  readonly backup: PublishedBackup | undefined;
  /** What a CronJob of the team's stored. */
  readonly cronJob?: CronJobBackup;
  readonly phases: readonly Phase[];
  /** Undefined where no `keep` was given. */
  readonly fates: readonly RetentionDecision[] | undefined;
  /** What was removed of killed runs, a line each. */
  readonly swept: readonly string[];
  /** What somebody should know, though nothing failed. */
  readonly warnings: readonly string[];
  /** With `dry-run` only. */
  readonly plan: Plan | undefined;
  readonly duration: Milliseconds;
}

export interface PublishedBackup {
  readonly manifest: BackupManifest;
  /** Of the object. */
  readonly uri: string;
  /** Path of a copy of the manifest. */
  readonly manifestFile: string;
}

/** Backs a database up and proves the backup, or looks whether the newest one is young enough. */
export const backupDb = (inputs: Inputs, { clock, signal, connect }: Ports): Promise<BackupResult> =>
  within(
    { timeout: inputs.timeout, subject: 'the backup' },
    { clock, signal },
    async (until) => await carryOut(await connect(inputs, until)),
  );

function carryOut({ mode, inputs, ports }: Order): Promise<BackupResult> {
  if (mode === 'check') return checkNewest(inputs, ports);
  return mode === 'cron-job' ? backupByCronJob(inputs, ports) : backup(inputs, ports);
}

async function backup(inputs: BackupInputs, ports: BackupPorts): Promise<BackupResult> {
  const { clock, log, storage } = ports;
  const startedAt = clock.now();
  const id = backupId(startedAt, ports.chance());
  const { of } = inputs;
  const destination = storage.place;

  const swept = inputs.dryRun ? nothingSwept : await sweepLeftovers(inputs, ports);
  const looked = await preflight(inputs, ports);
  const known = { of, destination, swept: swept.removed };
  if (inputs.dryRun) {
    const plan = await log.group('What would be done', () => planBackup(looked, inputs, ports));
    const duration = clock.now() - startedAt;
    return { ...known, ...plan, phases: [], warnings: looked.warnings, duration };
  }
  const { made, phases } = await makeBackup(id, looked, inputs, ports);
  const retention = await retireOld(id, inputs, ports);
  return {
    result: 'success',
    reason: madeReason(made.manifest, retention.fates),
    ...known,
    backup: made,
    phases,
    fates: retention.fates,
    warnings: [...swept.warnings, ...looked.warnings, ...retention.warnings],
    plan: undefined,
    duration: clock.now() - startedAt,
  };
}

const nothingSwept = { removed: [], warnings: [] } as const;

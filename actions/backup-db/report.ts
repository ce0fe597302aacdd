import { heldIn } from '../../lib/domain/database/fingerprint.ts';
import type { Report } from '../../lib/domain/report/result.ts';
import type { RetentionDecision } from '../../lib/domain/database/retention.ts';
import { cronJobOutputs } from './report-cron-job.ts';
import { summary } from './report-summary.ts';
import type { BackupResult } from './run.ts';

export const outputNames: readonly string[] = [
  'result',
  'reason',
  'report',
  'backup-id',
  'uri',
  'bytes',
  'raw-bytes',
  'sha256',
  'verified',
  'schema-fingerprint',
  'migrations',
  'tables',
  'restore-seconds',
  'manifest',
  'kept',
  'deleted',
  'duration-ms',
];

/** What the workflow and the people who read the run page get to see of it. */
export function report(result: BackupResult): Report {
  const { backup, phases, fates, swept, warnings, plan, duration } = result;
  return {
    outputs: {
      ...backupOutputs(backup),
      ...cronJobOutputs(result.cronJob),
      kept: idsOf(result, 'kept'),
      deleted: idsOf(result, 'deleted'),
      'duration-ms': String(duration),
    },
    // Warnings were annotations already when they were found.
    summary: summary(result),
    data: {
      ...(backup === undefined ? {} : { backup: backup.manifest }),
      ...(result.cronJob === undefined ? {} : { cronJob: result.cronJob }),
      phases: phases.map(([name, milliseconds]) => ({ name, milliseconds })),
      ...(fates === undefined ? {} : { retention: fates }),
      swept,
      warnings,
      ...(plan === undefined ? {} : { plan: plan.steps }),
    },
  };
}

function backupOutputs(backup: BackupResult['backup']): Record<string, string> {
  if (backup === undefined) return {};
  const { manifest, uri, manifestFile } = backup;
  const { id, object, raw, verified, fingerprint, migrations, schemaFingerprint = '' } = manifest;
  return {
    'backup-id': id,
    uri,
    bytes: String(object.bytes),
    'raw-bytes': String(raw.bytes),
    sha256: object.sha256,
    verified: verified.level,
    'schema-fingerprint': schemaFingerprint,
    migrations: JSON.stringify(
      migrations.map(({ tool, applied }) => ({ tool, applied: applied.length, last: applied.at(-1)?.id })),
    ),
    tables: String(heldIn(fingerprint).tables),
    'restore-seconds': verified.restoreSeconds === undefined ? '' : String(verified.restoreSeconds),
    manifest: manifestFile,
  };
}

/** Nothing is said to be kept or deleted by a run that only says what it would do. */
function idsOf({ fates, plan }: BackupResult, fate: RetentionDecision['fate']): string {
  if (fates === undefined || plan !== undefined) return '';
  return JSON.stringify(fates.filter((each) => each.fate === fate).map(({ id }) => id));
}

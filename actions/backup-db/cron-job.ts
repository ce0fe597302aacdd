/** A backup that a team's own CronJob makes, judged by what it stored. */
import { formatDuration } from '../../lib/domain/duration.ts';
import { TargetError } from '../../lib/domain/errors.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import { newObjects, skewWords } from '../../lib/domain/storage/new-objects.ts';
import type { Listed, NewObjects } from '../../lib/domain/storage/new-objects.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Packing } from '../../lib/ports/packing.ts';
import type { Storage } from '../../lib/ports/storage.ts';
import { describeCronJob, findCronJob, isAtWork, runCronJob } from '../../lib/steps/backup/cron-job.ts';
import type { CronJobPorts as RunPorts, JobRun } from '../../lib/steps/backup/cron-job.ts';
import { lookInto } from '../../lib/steps/backup/look-into.ts';
import type { LookedInto } from '../../lib/steps/backup/look-into.ts';
import type { CronJobInputs } from './inputs-cron-job.ts';
import type { BackupResult } from './run.ts';

export interface CronJobPorts extends RunPorts {
  readonly storage: Storage;
  readonly packing: Packing;
  readonly clock: Clock;
}

/** What was stored by a Job of the team's. */
export interface StoredByJob extends LookedInto {
  readonly uri: string;
  /** When it was stored, by the storage's clock, ISO 8601. */
  readonly storedAt: string;
}

export interface CronJobBackup {
  /** `db/backup-slipway-1a2b3c` */
  readonly job: string;
  /** Largest first; at least one. */
  readonly objects: readonly StoredByJob[];
  /** Whether there is a dump, and the end of every object was seen. */
  readonly isWhole: boolean;
}

/**
 * Runs it, then looks for what is new below the destination and reads all of it. A green Job that stored nothing, or
 * something that is cut, is a failure; so is a red one, whatever it stored. What nobody can know to be whole is
 * inconclusive.
 */
export async function backupByCronJob(inputs: CronJobInputs, ports: CronJobPorts): Promise<BackupResult> {
  const { clock, log, storage } = ports;
  const startedAt = clock.now();
  const subject = describeCronJob(inputs);
  const cronJob = await findCronJob(inputs, ports);
  const before = await listed(storage);
  log.info(`${storage.place}: ${before.length} objects before`);
  const warnings = isAtWork(cronJob)
    ? [`another Job of ${subject} was at work: what it stores cannot be told from what this one stores`]
    : [];
  for (const warning of warnings) log.warn(warning);
  const known = { of: undefined, destination: storage.place, backup: undefined, fates: undefined, swept: [] };
  if (inputs.dryRun) {
    const steps = [
      `run ${subject} now, as kubectl create job --from does, for at most ${formatDuration(inputs.timeout)}`,
      `read whatever it stores below ${storage.place}`,
    ];
    for (const step of steps) log.info(step);
    const reason = `would run ${subject} and judge it by what it stores below ${storage.place}`;
    return {
      result: 'success',
      reason,
      ...known,
      phases: [],
      warnings,
      plan: { steps },
      duration: clock.now() - startedAt,
    };
  }
  const run = await runCronJob(inputs, cronJob, ports);
  const ranFor = clock.now() - startedAt;
  const found = newObjects(before, await listed(storage), run.createdAt);
  refuse(run, found, inputs, storage);
  const objects = await log.group('What it stored', () => readAll(found.written, ports));
  return {
    ...judged(subject, objects),
    ...known,
    cronJob: {
      job: `${inputs.namespace}/${run.name}`,
      objects,
      isWhole: doubtOf(objects) === undefined,
    },
    phases: [
      ['job', ranFor],
      ['reading what it stored', clock.now() - startedAt - ranFor],
    ],
    warnings,
    plan: undefined,
    duration: clock.now() - startedAt,
  };
}

async function listed(storage: Storage): Promise<Listed[]> {
  const all: Listed[] = [];
  for await (const { key, bytes, modified } of storage.list('')) all.push({ key, bytes, modified });
  return all;
}

const keysOf = (objects: readonly Listed[]): (readonly [string, string])[] =>
  objects.slice(0, 5).map(({ key, bytes }) => ['stored', `${key}, ${formatBytes(bytes)}`] as const);

/** The Job's own word comes first; then what is there must not contradict it. */
function refuse(
  run: JobRun,
  { written, copied }: NewObjects,
  inputs: CronJobInputs,
  { place }: Storage,
): void {
  const subject = `Job ${inputs.namespace}/${run.name}`;
  if (run.end.kind === 'failed')
    throw new TargetError(`${subject} failed: ${run.end.why}`, {
      subject,
      remedy:
        written.length === 0
          ? 'see what its log says; nothing new is stored'
          : 'see what its log says; do not rely on what it stored',
      details: [...run.lastLines.slice(-10).map((line) => ['log', line] as const), ...keysOf(written)],
    });
  if (written.length > 0) return;
  const isOld = copied.length > 0;
  throw new TargetError(
    isOld
      ? `${subject} ended well, and what is new below ${place} is older than the Job itself (${skewWords})`
      : `${subject} ended well, and nothing new is below ${place}`,
    {
      subject,
      remedy: isOld
        ? 'it copied an old dump, or a clock is wrong'
        : 'see that destination is where the CronJob stores; then what its log says: a pipe hides that its first program failed',
      details: keysOf(copied),
    },
  );
}

async function readAll(
  written: readonly Listed[],
  { storage, packing, log }: CronJobPorts,
): Promise<StoredByJob[]> {
  const objects: StoredByJob[] = [];
  for (const { key, modified } of written) {
    const looked = await lookInto(key, storage, packing);
    const uri = `${storage.place}/${key}`;
    log.info(`${uri}: ${formatBytes(looked.account.bytes)}, ${looked.checked}`);
    objects.push({ ...looked, uri, storedAt: new Date(modified).toISOString() });
  }
  return objects;
}

function judged(subject: string, objects: readonly StoredByJob[]): Result {
  const [largest, ...more] = objects;
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  const stored = `${subject} stored ${formatBytes(largest?.account.bytes ?? 0)}${rest}`;
  const doubt = doubtOf(objects);
  return doubt === undefined
    ? { result: 'success', reason: `${stored}, read again whole: ${largest?.checked}; not restored` }
    : {
        result: 'inconclusive',
        reason: `${stored}, but nothing shows that the dump is whole: ${doubt}`,
      };
}

/** Why it is not known to be whole; undefined where it is. */
function doubtOf(objects: readonly StoredByJob[]): string | undefined {
  if (objects.every(({ isDump }) => !isDump)) return 'none of it is a dump';
  const unknown = objects.filter(({ isWhole }) => !isWhole);
  const [first] = unknown;
  if (first === undefined) return undefined;
  const more = unknown.length > 1 ? ` (and ${unknown.length - 1} more)` : '';
  return `${first.uri}: ${first.checked}${more}`;
}

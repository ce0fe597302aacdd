import { damageIn, partsOf } from '../../lib/domain/database/backup-damage.ts';
import type { BackupManifest } from '../../lib/domain/database/backup-manifest.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { Storage, StoredObject } from '../../lib/ports/storage.ts';
import { backupsOf, newestAt, readManifest } from '../../lib/steps/backup/catalogue.ts';
import type { CataloguedBackup } from '../../lib/steps/backup/catalogue.ts';
import type { CheckInputs } from './inputs.ts';
import type { CheckPorts } from './ports.ts';
import type { BackupResult } from './run.ts';

/** Whether the newest backup that was proven far enough is young enough and still there. Writes nothing. */
export async function checkNewest(inputs: CheckInputs, ports: CheckPorts): Promise<BackupResult> {
  const { storage, clock } = ports;
  const startedAt = clock.now();
  const backups = await backupsOf(storage, inputs.of);
  const newest = newestAt(inputs.verify, backups);
  const manifest = newest === undefined ? undefined : await readManifest(storage, newest.manifestKey);
  const verdict =
    manifest === undefined
      ? none(inputs, backups)
      : ((await unusable(manifest, storage)) ?? judged(manifest, inputs, backups, clock.now()));
  ports.log.info(verdict.reason);
  return {
    ...verdict,
    of: inputs.of,
    destination: storage.place,
    backup:
      manifest === undefined
        ? undefined
        : { manifest, uri: `${storage.place}/${manifest.object.key}`, manifestFile: '' },
    phases: [],
    fates: undefined,
    swept: [],
    warnings: [],
    plan: undefined,
    duration: clock.now() - startedAt,
  };
}

function none({ of, verify }: CheckInputs, [newest]: readonly CataloguedBackup[]): Result {
  const there =
    newest === undefined ? 'there is none at all' : `the newest, ${newest.id}, is only ${newest.level}`;
  return {
    result: 'failure',
    reason: `${of.database} has no backup that is ${verify}: ${there}. Look at the runs of its schedule`,
  };
}

/** The dead man's switch is about the data: what counts is when the snapshot was taken. */
function judged(
  { id, takenAt, verified }: BackupManifest,
  { of, maxAge }: CheckInputs,
  backups: readonly CataloguedBackup[],
  now: number,
): Result {
  const age = now - Date.parse(takenAt);
  const [newer] = backups;
  const weaker =
    newer === undefined || newer.id <= id ? '' : `; a newer one, ${newer.id}, is only ${newer.level}`;
  if (age < -minuteOfClocks)
    return {
      result: 'failure',
      reason: `the newest backup of ${of.database}, ${id}, was taken in the future (${takenAt}): a clock is wrong, and its age cannot be told`,
    };
  const said = `the newest backup of ${of.database}, ${id} (${verified.level}), is ${formatDuration(Math.max(0, age))} old`;
  if (age <= maxAge) return { result: 'success', reason: `${said}${weaker}` };
  return {
    result: 'failure',
    reason: `${said}; max-age allows ${formatDuration(maxAge)}${weaker}. Look at the runs of its schedule, and back up now`,
  };
}

/** Clocks of a runner and a server differ by seconds. */
const minuteOfClocks = 60_000;

async function unusable(manifest: BackupManifest, storage: Storage): Promise<Result | undefined> {
  const found = new Map<string, StoredObject | undefined>();
  for (const { key } of partsOf(manifest)) found.set(key, await storage.head(key));
  const damage = damageIn(manifest, (key) => found.get(key));
  if (damage === undefined) return undefined;
  const { key, what, remedy } = damage;
  const said = `${storage.place}/${key} ${what}`;
  return {
    result: 'failure',
    reason:
      remedy === undefined
        ? `the newest backup, ${manifest.id}, is damaged: ${said}. Find out what else writes there, and back up now`
        : `the newest backup, ${manifest.id}, cannot be restored: ${said}; ${remedy}`,
  };
}

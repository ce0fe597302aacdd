import {
  CancelledError,
  ConfigurationError,
  messageOf,
  TargetError,
  ToolError,
  UnreachableError,
} from '../../lib/domain/errors.ts';
import { lingering } from '../../lib/domain/release/migration.ts';
import type { MigrationNote } from '../../lib/domain/release/migration.ts';
import type { Journal } from '../../lib/steps/journal.ts';
import { backupDb } from '../backup-db/run.ts';
import type { BackupInputs } from '../backup-db/inputs.ts';
import type { Ports as DeployPorts, Stopped } from '../deploy-helm/ports.ts';
import { migrate } from './migrate.ts';
import type { Phases } from './phases.ts';
import type { Ports } from './ports.ts';
import type { Progress } from './progress.ts';

/** What comes before helm: the backup, then the migration, in the record of the release that they are made for. */
export const backUpAndMigrate =
  ({ backup, migration, deploy }: Phases, deployPorts: DeployPorts, progress: Progress, ports: Ports) =>
  async (journal: Journal): Promise<Stopped | undefined> => {
    const made = backup === undefined ? undefined : await backUp(backup, journal, progress, ports);
    if (made !== undefined && 'reason' in made) return made;
    const records = await deployPorts.records.of(deploy.release);
    if (migration === undefined) {
      for (const { id } of lingering(records, journal.record.seq))
        ports.log.warn(
          `the migration of ${id} was not taken back, and this release has none: look at the database`,
        );
      return undefined;
    }
    progress.begin('migration');
    const { database } = deployPorts;
    const migratePorts = {
      ...ports,
      records: deployPorts.records,
      ...(database === undefined ? {} : { database }),
      env: await ports.connect.commands(deploy),
    };
    const failed = await ports.log.group('Migration', () =>
      migrate(migration, made, journal, records, migratePorts),
    );
    progress.end(
      'migration',
      failed === undefined
        ? { result: 'success', reason: `${migration.command.join(' ')} ended well` }
        : { result: 'failure', reason: failed },
    );
    return failed === undefined ? undefined : { reason: failed };
  };

/** A backup that was not made stops the release: that is what it is for. Nothing was changed yet. */
async function backUp(
  backup: BackupInputs,
  journal: Journal,
  progress: Progress,
  ports: Ports,
): Promise<MigrationNote['backup'] | Stopped> {
  try {
    const {
      result,
      reason,
      backup: made,
    } = await journal.step('backup', () =>
      progress.phase('backup', 'backup', () => backupDb(backup, ports.connect.backup())),
    );
    if (result === 'success' && made !== undefined) return { id: made.manifest.id, uri: made.uri };
    return { reason: `no backup, no release: ${reason}` };
  } catch (error) {
    if (error instanceof CancelledError || ports.signal.aborted || !isTold(error)) throw error;
    const reason = `no backup, no release: ${messageOf(error)}`;
    progress.end('backup', { result: 'failure', reason });
    return { reason };
  }
}

/** Everything else is a defect of ours, and ends the step as one. */
const isTold = (error: unknown): boolean =>
  [ConfigurationError, TargetError, ToolError, UnreachableError].some((kind) => error instanceof kind);

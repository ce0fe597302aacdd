import { TargetError } from '../../lib/domain/errors.ts';
import { formatDuration } from '../../lib/domain/duration.ts';
import { sweepKilled } from '../../lib/steps/backup/sweep.ts';
import type { BackupInputs } from './inputs.ts';
import type { BackupPorts } from './ports.ts';

export interface SweptLeftovers {
  readonly removed: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * What killed runs left: in the storage, and scratch servers. Who may store and not delete, as against a thief it
 * should be, still gets a backup, and a warning.
 */
export async function sweepLeftovers(
  { of, timeout }: BackupInputs,
  { storage, scratch, clock, log, signal }: BackupPorts,
): Promise<SweptLeftovers> {
  const removed: string[] = [];
  const warnings: string[] = [];
  const attempt = async (what: string, work: () => Promise<readonly string[]>): Promise<void> => {
    try {
      removed.push(...(await work()));
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      warnings.push(`${what} could not be swept: ${error.message}`);
    }
  };
  await attempt(storage.place, async () => {
    const { removed: lines, unsure } = await sweepKilled(
      { of, longestRun: timeout, now: clock.now() },
      storage,
    );
    for (const id of unsure)
      log.info(`${id} has no manifest: still at work, or killed less than ${formatDuration(timeout)} ago`);
    return lines;
  });
  if (scratch !== undefined) await attempt(scratch.described, () => scratch.sweep({ signal }));
  for (const line of removed) log.info(`removed what a killed run left: ${line}`);
  for (const warning of warnings) log.warn(warning);
  return { removed, warnings };
}

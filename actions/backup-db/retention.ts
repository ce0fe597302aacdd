import type { RetentionDecision } from '../../lib/domain/database/retention.ts';
import { CancelledError, TargetError, UnreachableError } from '../../lib/domain/errors.ts';
import { decideFates, retire } from '../../lib/steps/backup/retire.ts';
import type { BackupInputs } from './inputs.ts';
import type { BackupPorts } from './ports.ts';

export interface Retention {
  /** Undefined where nothing was asked for. */
  readonly fates: readonly RetentionDecision[] | undefined;
  readonly warnings: readonly string[];
}

/**
 * Last of all: the new backup is proven and published. One that could not be deleted makes the step no failure, for
 * the backup is there; it is told as kept, with the reason.
 */
export async function retireOld(id: string, inputs: BackupInputs, ports: BackupPorts): Promise<Retention> {
  const { keep, of } = inputs;
  if (keep === undefined) return { fates: undefined, warnings: [] };
  const { storage, clock, log, signal } = ports;
  return log.group('Retention', async () => {
    try {
      const fates = await decideFates({ of, keep, now: clock.now() }, storage);
      // A storage that does not list what it has just taken may list too little of the rest, too.
      if (!fates.some((each) => each.id === id))
        throw new TargetError(`${storage.place} does not list the backup that was just stored`, {
          subject: storage.place,
          remedy: 'the next run decides again',
        });
      const done: RetentionDecision[] = [];
      const warnings: string[] = [];
      for (const { folder, damage, ...decided } of fates) {
        const decision = decided.id === id ? neverOwn(decided) : decided;
        const why =
          decision.fate === 'deleted' ? await deletion(() => retire({ folder }, storage)) : undefined;
        if (signal.aborted) throw new CancelledError();
        const now = why === undefined ? decision : { ...decision, fate: 'kept' as const, why };
        if (why !== undefined) warnings.push(`${decision.id} should go and stays: ${why}`);
        if (damage !== undefined) warnings.push(`${decided.id} does not count as a backup: ${damage}`);
        log.info(`${now.fate === 'kept' ? 'keeps' : 'deleted'} ${now.id}: ${now.why}`);
        done.push(now);
      }
      for (const warning of warnings) log.warn(warning);
      return { fates: done, warnings };
    } catch (error) {
      if (signal.aborted || !isStorages(error)) throw error;
      const warning = `nothing old was deleted: ${error.message}`;
      log.warn(warning);
      return { fates: [], warnings: [warning] };
    }
  });
}

/** Another run's may be as new; but whoever reads of this one in the outputs finds it. */
const neverOwn = (decided: RetentionDecision): RetentionDecision =>
  decided.fate === 'deleted' ? { ...decided, fate: 'kept', why: 'made by this run' } : decided;

const isStorages = (error: unknown): error is Error =>
  error instanceof TargetError || error instanceof UnreachableError;

/** Why it failed; undefined where it did not. */
async function deletion(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!isStorages(error)) throw error;
    return error.message;
  }
}

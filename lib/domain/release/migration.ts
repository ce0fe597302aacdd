/** The migration of a release: what its author says of it, what its record keeps of it, and what is still owed. Pure. */
import type { Milliseconds } from '../duration.ts';
import type { UndoAbility } from '../gate/migrations.ts';
import type { ReleaseRecord } from '../record/types.ts';

/** As `release.migration` of the file says it. */
export interface Migration {
  /** The words of a command; no shell reads them. */
  readonly command: readonly string[];
  readonly undo: UndoAbility;
  /** Only where the undo is automatic. */
  readonly undoCommand: readonly string[];
  /** From the root of the repository; empty: the root itself. */
  readonly directory: string;
  /** Of each of the commands. */
  readonly timeout: Milliseconds;
}

/** What the record of a release says of its migration; written before the command begins, so that a killed run leaves it. */
export interface MigrationNote {
  readonly undo: UndoAbility;
  readonly startedAt: string;
  /** SHA-256 over the schema and the books of the migration tools before it; absent where nobody could look. */
  readonly before?: string;
  readonly endedAt?: string;
  /** How the command ended. Absent: it was killed, and nobody knows how far it came. */
  readonly outcome?: 'success' | 'failure' | 'cancelled';
  /** The same sum as `before`, once it has ended. */
  readonly after?: string;
  /** How its undo ended: `not needed` where the schema is as it was before. */
  readonly undone?: {
    readonly outcome: 'success' | 'failure' | 'not needed';
    readonly at: string;
    readonly detail: string;
  };
  /** Id of the record whose migration went on from here. */
  readonly goneOnBy?: string;
  /** Id and address of the backup that was made just before. */
  readonly backup?: { readonly id: string; readonly uri: string };
}

export type MigratedRecord = ReleaseRecord & { readonly migration: MigrationNote };

const hasMigration = (record: ReleaseRecord): record is MigratedRecord => record.migration !== undefined;

/** Whether the database may still hold what the migration brought although its release does not stand. */
function mayLinger({ state, migration }: MigratedRecord): boolean {
  if (migration.goneOnBy !== undefined) return false;
  if (migration.undone !== undefined && migration.undone.outcome !== 'failure') return false;
  if (migration.outcome === 'success' && migration.before !== undefined)
    if (migration.after === migration.before) return false;
  return !['ready', 'verified'].includes(state);
}

/**
 * The migrations that runs which are gone have left in the database, newest first, up to the newest release that
 * stands: what is older than that was gone on from.
 */
export function lingering(records: readonly ReleaseRecord[], own: number): MigratedRecord[] {
  const before = records
    .filter(({ seq, kind }) => seq < own && kind === 'release')
    .sort((a, b) => b.seq - a.seq);
  const stands = before.findIndex(({ state }) => state === 'verified' || state === 'ready');
  return before
    .slice(0, stands === -1 ? before.length : stands)
    .filter(hasMigration)
    .filter(mayLinger);
}

/** What a migration that is to be taken back needs. */
export type MigrationUndo =
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'run' }
  | { readonly kind: 'by hand'; readonly why: string };

/**
 * `now`: the same sum as `before`, of this moment; undefined where nobody can look. The undo command is run only where
 * the database is known to have changed: else it could take back the migration of the release before.
 */
export function migrationUndo(note: MigrationNote, now: string | undefined): MigrationUndo {
  const { before, undo, undone } = note;
  if (undone?.outcome === 'success' || undone?.outcome === 'not needed')
    return { kind: 'nothing', why: undone.detail };
  if (before !== undefined && now === before)
    return { kind: 'nothing', why: 'the schema and the books of its tool are as they were before it' };
  if (undo === 'none') return { kind: 'by hand', why: 'its author says that nothing takes it back' };
  if (undo === 'manual') return { kind: 'by hand', why: 'its author says that somebody must take it back' };
  if (before === undefined || now === undefined)
    return { kind: 'by hand', why: 'the database could not be read, so nobody knows what it changed' };
  return { kind: 'run' };
}

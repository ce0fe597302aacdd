import type { Milliseconds } from '../../lib/domain/duration.ts';
import { CancelledError, messageOf } from '../../lib/domain/errors.ts';
import { parseRecordId } from '../../lib/domain/record/id.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import { migrationUndo } from '../../lib/domain/release/migration.ts';
import type { Migration, MigrationNote } from '../../lib/domain/release/migration.ts';
import { Journal } from '../../lib/steps/journal.ts';
import { withLock } from '../../lib/steps/locked.ts';
import type { LockOptions } from '../../lib/ports/records.ts';
import { schemaState } from '../../lib/steps/schema-state.ts';
import type { Ports as DeployPorts } from '../deploy-helm/ports.ts';
import { runCommand } from './migrate.ts';
import type { CommandPorts } from './migrate.ts';

export type MigrationUndone = {
  readonly kind: 'undone' | 'not needed' | 'not undone' | 'by hand';
  readonly detail: string;
};

export interface UndoMigrationPorts extends CommandPorts {
  readonly deploy: Pick<DeployPorts, 'records' | 'locks' | 'holder' | 'database' | 'clock'>;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Takes the migration of a release back, and looks at the database whether it is. Under the lock, and only where no
 * other release has begun since: it may need what was migrated.
 */
export function undoMigration(
  id: string,
  migration: Migration,
  waiting: LockOptions,
  ports: UndoMigrationPorts,
): Promise<MigrationUndone> {
  const { records, locks, holder, clock } = ports.deploy;
  const { release: name, namespace } = keyOf(id);
  const release = { name, namespace };
  return withLock(locks, release, holder, waiting, async (lock) => {
    const all = await records.of(release);
    const record = all.find((each) => each.id === id);
    if (record?.migration === undefined) return { kind: 'not needed', detail: 'nothing was migrated' };
    const newer = all.find(
      ({ seq, kind, state }) => seq > record.seq && kind === 'release' && state !== 'abandoned',
    );
    if (newer !== undefined)
      return {
        kind: 'by hand',
        detail: `${newer.id} has begun since, and may need what was migrated: it stays`,
      };
    return takeBack(record.migration, migration, Journal.resume(record, { records, lock, clock }), ports);
  });
}

function keyOf(id: string): Pick<ReleaseRecord, 'release' | 'namespace'> {
  const key = parseRecordId(id);
  if (key === undefined) throw new Error(`${id} is no record`);
  return key;
}

async function takeBack(
  note: MigrationNote,
  migration: Migration,
  journal: Journal,
  ports: UndoMigrationPorts,
): Promise<MigrationUndone> {
  const { signal, deploy } = ports;
  const state = await schemaState(deploy.database, signal);
  const todo = migrationUndo(note, state.kind === 'read' ? state.sum : undefined);
  if (todo.kind === 'by hand') return { kind: 'by hand', detail: todo.why };
  const written = async (outcome: 'success' | 'failure' | 'not needed', detail: string): Promise<void> => {
    const at = new Date(deploy.clock.now()).toISOString();
    await journal.write((now) => ({ ...now, migration: { ...note, undone: { outcome, at, detail } } }));
  };
  if (todo.kind === 'nothing') {
    await written('not needed', todo.why);
    return { kind: 'not needed', detail: todo.why };
  }
  try {
    await journal.step('undo of the migration', () => runCommand(migration.undoCommand, migration, ports));
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const why = messageOf(error);
    await written('failure', why);
    return { kind: 'not undone', detail: why };
  }
  const now = await schemaState(deploy.database, signal);
  const [outcome, detail] =
    now.kind === 'unknown'
      ? (['failure', `${done}, but the database could not be read: ${now.why}`] as const)
      : now.sum === note.before
        ? (['success', 'the schema and the books of its tool are as they were before it'] as const)
        : (['failure', `${done}, but the schema is not as it was before it`] as const);
  await written(outcome, detail);
  return { kind: outcome === 'success' ? 'undone' : 'not undone', detail };
}

const done = 'its undo command ended well';

/** Post has what is left of its minutes. */
export const within = (migration: Migration, budget: Milliseconds | undefined): Migration =>
  budget === undefined ? migration : { ...migration, timeout: Math.min(migration.timeout, budget) };

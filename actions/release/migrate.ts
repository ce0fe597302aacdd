import { join } from 'node:path';
import { CancelledError, ToolError } from '../../lib/domain/errors.ts';
import { lingering } from '../../lib/domain/release/migration.ts';
import type { MigratedRecord, Migration, MigrationNote } from '../../lib/domain/release/migration.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { Records } from '../../lib/ports/records.ts';
import type { SchemaSource } from '../../lib/ports/schemas.ts';
import type { Journal } from '../../lib/steps/journal.ts';
import { schemaState } from '../../lib/steps/schema-state.ts';
import type { Ports } from './ports.ts';

export type CommandPorts = Pick<Ports, 'spawn' | 'log' | 'workspace' | 'signal' | 'clock'>;

export interface MigratePorts extends CommandPorts {
  readonly records: Records;
  readonly database?: SchemaSource;
  /** For the command. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Migrates the database. The record says so before the command begins and after it has ended, so that a killed run
 * leaves what the next one must know. Returns why the release must not go on; undefined where it may.
 */
export async function migrate(
  migration: Migration,
  backup: MigrationNote['backup'],
  journal: Journal,
  records: readonly ReleaseRecord[],
  ports: MigratePorts,
): Promise<string | undefined> {
  const { clock, database, signal, log } = ports;
  const now = (): string => new Date(clock.now()).toISOString();
  const state = await schemaState(database, signal);
  if (state.kind === 'unknown' && migration.undo === 'automatic')
    return `the database could not be read, so its migration could not be taken back: ${state.why}; nothing was migrated`;
  const left = lingering(records, journal.record.seq);
  for (const record of left) log.warn(`${leftBehind(record)}; this migration goes on from there`);
  const before = beforeAll(left) ?? (state.kind === 'read' ? state.sum : undefined);
  const note: MigrationNote = {
    undo: migration.undo,
    startedAt: now(),
    ...(before === undefined ? {} : { before }),
    ...(backup === undefined ? {} : { backup }),
  };
  await journal.write((record) => ({ ...record, migration: note }));
  for (const record of left)
    await ports.records.change(record, (held) =>
      held.migration === undefined
        ? held
        : { ...held, migration: { ...held.migration, goneOnBy: journal.record.id } },
    );

  const ended = (more: Partial<MigrationNote>): Promise<ReleaseRecord> =>
    journal.write((record) => ({ ...record, migration: { ...note, endedAt: now(), ...more } }));
  try {
    await journal.step('migration', () => runCommand(migration.command, migration, ports));
  } catch (error) {
    if (error instanceof CancelledError) {
      // The runner gives a cancelled step seconds; post looks at the database itself.
      await ended({ outcome: 'cancelled' }).catch(() => undefined);
      throw error;
    }
    if (!(error instanceof ToolError)) throw error;
    await ended({ outcome: 'failure' });
    return `the migration failed: ${error.message}`;
  }
  const after = await schemaState(database, signal);
  await ended({ outcome: 'success', ...(after.kind === 'read' ? { after: after.sum } : {}) });
  return undefined;
}

const leftBehind = ({ id, migration: { outcome, startedAt } }: MigratedRecord): string =>
  outcome === undefined
    ? `the migration of ${id} began at ${startedAt}, and nobody knows how far it came`
    : `the migration of ${id} ended as ${outcome}, and was not taken back`;

/** The database as it was before the first of them; what is taken back by hand is not known to be back. */
const beforeAll = (left: readonly MigratedRecord[]): string | undefined =>
  left.findLast(({ migration }) => migration.undo === 'automatic')?.migration.before;

/** Of what it prints, the end is kept as evidence; all of it is in the log. */
const linesKept = 20;
/** Time to roll a transaction back once it was told to stop. */
const killAfter: Milliseconds = 7_000;

/** Runs one of the author's commands in the workspace. Throws ToolError when it does not end well. */
export async function runCommand(
  argv: readonly string[],
  { directory, timeout }: Pick<Migration, 'directory' | 'timeout'>,
  { spawn, log, workspace, signal, env }: Omit<MigratePorts, 'records'>,
): Promise<void> {
  const lastLines: string[] = [];
  const onLine = (line: string): void => {
    log.untrusted([line]);
    lastLines.push(line);
    if (lastLines.length > linesKept) lastLines.shift();
  };
  const exit = await spawn(
    { argv, cwd: join(workspace, directory), env },
    { timeout, killAfter, keepOutput: false, onLine, signal },
  );
  if (exit.cancelled) throw new CancelledError();
  if (exit.status === 0 && !exit.timedOut) return;
  const how = exit.timedOut ? 'was not done in time' : `ended with ${exit.status}`;
  throw new ToolError(`${argv.join(' ')} ${how}${said(lastLines)}`, { argv, exit: exit.status, lastLines });
}

const said = (lines: readonly string[]): string => {
  const last = lines.findLast((line) => line.trim() !== '');
  return last === undefined ? '' : `: ${last.trim().slice(0, 300)}`;
};

/** The plan of a whole release: what each phase changes, and how it is undone, before anything begins. Pure. */
import type { UndoAbility } from '../gate/migrations.ts';
import type { Migration } from './migration.ts';

const phaseNames = ['backup', 'migration', 'deploy', 'smoke'] as const;
export type PhaseName = (typeof phaseNames)[number];

export interface PlannedPhase {
  readonly name: PhaseName;
  readonly does: string;
  readonly undo: UndoAbility | 'not needed';
  /** How, or what stays. */
  readonly undone: string;
}

export interface PlanFacts {
  /** Where the backup goes; undefined where none is made. */
  readonly backup: string | undefined;
  readonly migration: Pick<Migration, 'command' | 'undo' | 'undoCommand'> | undefined;
  /** `shop 1.4.2 in shop-prod`. */
  readonly release: string;
  readonly onFirstFailure: 'leave' | 'uninstall';
  /** How many checks, in words; undefined where nothing is asked. */
  readonly smoke: string | undefined;
  /** The schema is compared before anything goes back. */
  readonly comparesSchema: boolean;
}

/** In the order in which they are done; undone in reverse. */
export function planOf(facts: PlanFacts): readonly PlannedPhase[] {
  const { backup, migration, release, onFirstFailure, smoke, comparesSchema } = facts;
  const phases: PlannedPhase[] = [];
  if (backup !== undefined)
    phases.push({
      name: 'backup',
      does: `the database is backed up to ${backup}, and the backup is proven`,
      undo: 'not needed',
      undone: 'a backup is kept, whatever becomes of the release',
    });
  if (migration !== undefined)
    phases.push({
      name: 'migration',
      does: migration.command.join(' '),
      ...undoOf(migration, backup !== undefined),
    });
  phases.push({
    name: 'deploy',
    does: `${release}, watched until it is ready and read back`,
    undo: 'automatic',
    undone: `back to the newest verified state${comparesSchema ? ', where it can read the schema' : ''}; a first release is ${onFirstFailure === 'leave' ? 'left as evidence' : 'uninstalled'}`,
  });
  if (smoke !== undefined)
    phases.push({
      name: 'smoke',
      does: `${smoke}; the release is verified only when they pass`,
      undo: 'not needed',
      undone: 'it changes nothing; when it fails, the deploy is undone',
    });
  return phases;
}

function undoOf(
  { undo, undoCommand }: Pick<Migration, 'undo' | 'undoCommand'>,
  isBackedUp: boolean,
): Pick<PlannedPhase, 'undo' | 'undone'> {
  const restore = isBackedUp
    ? 'restore-db brings the backup beside, and somebody decides'
    : 'no backup is made in this release: only an older one could bring it back';
  if (undo === 'automatic')
    return { undo, undone: `${undoCommand.join(' ')}; then the schema is compared with what it was` };
  if (undo === 'manual')
    return { undo, undone: `by somebody, by hand: it stays where the release is undone; ${restore}` };
  return { undo, undone: `not at all: it stays where the release is undone; ${restore}` };
}

/** What a failure would leave behind: said before anything begins. */
export const notUndone = (plan: readonly PlannedPhase[]): readonly PlannedPhase[] =>
  plan.filter(({ undo }) => undo === 'manual' || undo === 'none');

/** The plan for the log. */
export const planLines = (plan: readonly PlannedPhase[]): string[] => [
  ...plan.map(({ name, does }) => `${name.padEnd(10)}  ${does}`),
  ...plan.toReversed().map(({ name, undo, undone }) => `undo ${name.padEnd(10)}  ${undo}: ${undone}`),
];

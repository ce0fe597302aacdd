/** Which of a repository's files change the database, and whether that can be taken back: `migrations` of the file. */
import type { Fields } from '../checks/fields.ts';
import type { Filter } from '../environments/filter-pattern.ts';
import { readFilter } from '../environments/parse-environment.ts';
import type { Changes } from './changes.ts';
import type { Learnt } from './obstacles.ts';

export const undoAbilities = ['automatic', 'manual', 'none'] as const;
/** `automatic`: by the tool. `manual`: somebody must do it. `none`: only a restore brings the old state back. */
export type UndoAbility = (typeof undoAbilities)[number];

export interface Migrations {
  readonly paths: Filter;
  readonly undo: UndoAbility;
}

/** Reads the map `migrations`: `{ paths: [db/migrations/**], undo: none }`. */
export function readMigrations(file: Fields): Migrations | undefined {
  const fields = file.nested('migrations', ['paths', 'undo']);
  if (fields === undefined) return undefined;
  if (!fields.has('paths'))
    fields.fault('paths', 'is required: which files are migrations: db/migrations/**', 'empty');
  if (!fields.has('undo'))
    fields.fault('undo', `is required, for whoever approves reads it: ${undoAbilities.join(', ')}`, 'empty');
  return { paths: readFilter(fields, 'paths', 'path'), undo: fields.choice('undo', undoAbilities) };
}

/** Those that a release brings with it. */
export interface Brought {
  readonly undo: UndoAbility;
  /** `cut`: GitHub did not list every changed file, so there may be more. */
  readonly files: Learnt<{ readonly paths: readonly string[]; readonly cut: boolean }>;
  /** What runs there has commits that this one has not, and so perhaps migrations that stay applied. */
  readonly leavesLaterOnes: boolean;
}

/** Which migrations lie between what runs and what is proposed. `changes` is undefined where nothing runs there. */
export function migrationsAmong(
  { paths, undo }: Migrations,
  changes: Learnt<Changes | undefined> | undefined,
): Brought {
  const nothing = { undo, leavesLaterOnes: false };
  if (changes === undefined)
    return {
      ...nothing,
      files: { unknown: 'nothing runs there to compare with, so every one of them may be new' },
    };
  if ('unknown' in changes) return { ...nothing, files: { unknown: changes.unknown } };
  if (changes.known === undefined)
    return { ...nothing, files: { unknown: 'the commit that runs there cannot be compared with this one' } };
  const { files, cut, relation } = changes.known;
  const leavesLaterOnes = relation === 'behind' || relation === 'diverged';
  const found = files.filter(paths.matches);
  if (found.length === 0 && cut.files)
    return {
      undo,
      leavesLaterOnes,
      files: { unknown: `GitHub lists only ${files.length} of the changed files, and none of those is one` },
    };
  return { undo, leavesLaterOnes, files: { known: { paths: found, cut: cut.files } } };
}

/** Whether going back would leave a changed database behind, as far as anybody can tell. */
export const staysApplied = ({ undo, files }: Brought): boolean =>
  undo !== 'automatic' && ('unknown' in files || files.known.paths.length > 0);

/** Which of a repository's files change the database, and whether that can be taken back: `migrations` of the file. */
import type { Fields } from '../checks/fields.ts';
import type { Filter } from '../environments/filter-pattern.ts';
import { readFilter } from '../environments/parse-environment.ts';

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

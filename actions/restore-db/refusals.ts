/** What else speaks against a restore than the server itself (lib/domain/database/restore-refusals.ts). Pure. */
import type { Refusal } from '../../lib/domain/database/restore-refusals.ts';

const shown = 5;

export function occupiedRefusals(occupants: readonly string[]): Refusal[] {
  if (occupants.length === 0) return [];
  const more = occupants.length > shown ? ` and ${occupants.length - shown} more` : '';
  return [
    {
      reason: `the database is not empty: ${occupants.slice(0, shown).join(', ')}${more}`,
      remedy: 'restore beside it (mode: beside), or into a new database; nothing here empties one',
    },
  ];
}

export function takenRefusals(name: string, there: readonly string[]): Refusal[] {
  return there.includes(name)
    ? [{ reason: `there is a database ${name} on the server already`, remedy: 'give another name' }]
    : [];
}

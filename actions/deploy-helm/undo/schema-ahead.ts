import { chooseReturn, pastOf } from '../../../lib/domain/rollback/return.ts';
import { recordsOfContent } from '../../../lib/domain/rollback/schema-check.ts';
import type { Aftermath } from '../../../lib/domain/repair/owed.ts';
import { readSchema } from '../../../lib/steps/schema-read.ts';
import type { Inputs } from '../inputs.ts';
import type { Ports } from '../ports.ts';
import type { WayBack } from './way-back.ts';

type Wishes = Pick<Inputs, 'onFailure'>;

/** Said before anything is changed: why the schema of the database cannot be read, or nothing. It stops no release. */
export async function whyUnread({ database, signal }: Pick<Ports, 'database' | 'signal'>): Promise<string[]> {
  if (database === undefined) return [];
  const read = await readSchema(database, signal);
  return read.kind === 'facts'
    ? []
    : [
        `${database.described} could not be read: ${read.why}; unless that changes, a release that fails is not taken back`,
      ];
}

/** Likewise where the version that a failed release would go back to does not say with which schema it was verified. */
export function nothingToCompare(
  before: WayBack,
  { revisions }: Pick<Aftermath, 'revisions'>,
  { onFailure }: Wishes,
  { database }: Pick<Ports, 'database'>,
): string[] {
  if (database === undefined || onFailure === 'leave') return [];
  const back = chooseReturn({ ...before, failed: 0, revisions });
  if (back.kind === 'first-release') return [];
  const then = recordsOfContent(pastOf({ records: before.records, revisions }), back.revision);
  if (then.some((record) => record.database?.kind === 'read')) return [];
  return [
    `revision ${back.revision}, to which a failed release would go back, was verified without database: there is nothing to compare with, so a release that fails now is not taken back`,
  ];
}

/** Whether the version to go back to can read what the database holds now, and what becomes of the undo by that. */
import type { SchemaChange, SchemaDifference } from '../database/compare-schemas.ts';
import type { ReleaseRecord } from '../record/types.ts';
import { present } from './candidates.ts';
import { rootsOf } from './lineage.ts';
import type { PastFacts, Refusal } from './types.ts';

export type SchemaCheck =
  /** No `database` was given: every undo goes on, and says so. */
  | { readonly kind: 'not compared' }
  | {
      readonly kind: 'same' | 'additive' | 'breaking';
      /** Id of the record that was verified with the schema of then. */
      readonly since: string;
      readonly changes: readonly SchemaChange[];
    }
  | {
      readonly kind: 'unreadable';
      readonly why: string;
      /** The record to go back to says nothing of a schema. */
      readonly unrecorded: boolean;
      readonly changes: readonly SchemaChange[];
    };

export function checkOf(difference: SchemaDifference, since: string): SchemaCheck {
  if (difference.kind === 'unreadable')
    return { kind: 'unreadable', why: difference.why, unrecorded: false, changes: difference.changes };
  const changes = difference.kind === 'same' ? [] : difference.changes;
  return { kind: difference.kind, since, changes };
}

/** Every record about the content that a revision stands for, newest first: one of them may say with which schema it ran. */
export function recordsOfContent(facts: PastFacts, revision: number): ReleaseRecord[] {
  const now = present(facts);
  const rootOf = rootsOf(now);
  const root = rootOf(revision);
  return now.records
    .filter((record) => record.revision !== undefined && rootOf(record.revision) === root)
    .sort((a, b) => b.seq - a.seq);
}

/** What speaks against the undo; undefined where it may go on. What is breaking no force overrides. */
export function schemaRefusal(check: SchemaCheck): Refusal | undefined {
  if (check.kind === 'breaking')
    return { reason: schemaLine(check), remedy: breakingRemedy, forceable: false };
  if (check.kind === 'unreadable')
    return { reason: schemaLine(check), remedy: unreadableRemedy(check), forceable: true };
  return undefined;
}

const breakingRemedy =
  'fix forward with deploy-helm; or bring the data of then back first (restore-db, into a database beside), and go back after it; leave database out only where you know that the old version can live with the change';

const unreadableRemedy = ({ unrecorded }: Extract<SchemaCheck, { kind: 'unreadable' }>): string =>
  unrecorded
    ? 'look yourself whether the old version can read what is there, then rollback with force: true; smoke-test with record and database, once a release runs well, gives the next undo something to compare with'
    : 'make the database readable; or look yourself whether the old version can read what is there, then rollback with force: true';

/** One line for logs, summaries, the record and the error. */
export function schemaLine(check: SchemaCheck): string {
  switch (check.kind) {
    case 'not compared':
      return 'the schema was not compared: no database was given';
    case 'same':
      return `the schema is as it was when ${check.since} was verified`;
    case 'additive':
      return `the schema has only grown since ${check.since} was verified: ${named(check.changes)}`;
    case 'breaking':
      return `the old version cannot be trusted with the schema, which has changed since ${check.since} was verified: ${named(check.changes)}`;
    case 'unreadable':
    default:
      return `whether the old version can read the schema is not known: ${check.why}`;
  }
}

const shown = 3;

/** Worst first, as `compareSchemas` has them. */
function named(changes: readonly SchemaChange[]): string {
  const told = changes.slice(0, shown).map(({ subject, what }) => `${subject} ${what}`);
  const more = changes.length > shown ? [`and ${changes.length - shown} more`] : [];
  return [...told, ...more].join('; ');
}

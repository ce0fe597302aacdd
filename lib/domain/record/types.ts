/**
 * The ReleaseRecord: one JSON document per release, written before the first change and after each step,
 * so it is also the journal. Schema: docs/schemas/release-record.json.
 */

import type { RecordedSchema } from '../database/recorded-schema.ts';
import type { AuditLine } from '../gate/audit.ts';
import type { MigrationNote } from '../release/migration.ts';
import type { Job } from './job.ts';

export const recordSchema = 'slipway/release-record/v1';

export type RecordState =
  | 'planned'
  | 'applied'
  | 'ready'
  | 'verified'
  | 'rejected'
  | 'rolled-back'
  | 'abandoned';

/** Who acts: filled from the runner's environment; empty strings where the runner does not say. */
export interface Actor extends Job {
  readonly actor: string;
  readonly sha: string;
  readonly ref: string;
}

/** What a release consists of: the images by digest, the chart, the values. */
export interface ReleaseContent {
  /** Container (`Deployment/web/app`) → image reference as it runs or will run. */
  readonly images: Readonly<Record<string, string>>;
  readonly chart: string;
  readonly chartVersion: string;
  /** Digest of the chart archive where the registry gave one, else empty. */
  readonly chartDigest: string;
  /** sha256 of the merged values, hex; never the values themselves. */
  readonly valuesHash: string;
  /** Helm's revision, once all of it is applied. */
  readonly revision?: number;
}

export interface RecordStep {
  readonly name: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly outcome?: 'success' | 'failure' | 'inconclusive' | 'cancelled' | 'skipped';
  readonly detail?: string;
}

export interface RecordVerdict {
  /** `deploy-helm`, `smoke-test`, … : what `expects` names. */
  readonly name: string;
  readonly outcome: 'pass' | 'fail' | 'inconclusive';
  readonly reason: string;
  readonly at: string;
  readonly by: Actor;
}

export interface UndoClaim {
  readonly by: Actor;
  readonly at: string;
  /** Which part claimed it: `deploy-helm`, `deploy-helm post`, `rollback`. */
  readonly part: string;
  readonly toRevision: number;
  /** What was found when the schema of the database was compared with that of then, or that it was not. */
  readonly schema?: string;
  /** The revision that the undo made: a copy of `toRevision`. */
  readonly revision?: number;
  readonly outcome?: 'success' | 'failure' | 'inconclusive';
  readonly detail?: string;
}

export interface ReleaseRecord {
  readonly schema: typeof recordSchema;
  /** `<namespace>/<release>#<seq>`: unique within a cluster. */
  readonly id: string;
  readonly seq: number;
  readonly release: string;
  readonly namespace: string;
  readonly kind: 'release' | 'rollback' | 'baseline';
  readonly state: RecordState;
  readonly createdAt: string;
  readonly by: Actor;
  readonly from?: ReleaseContent;
  readonly to: ReleaseContent;
  /** Helm's newest revision when it began, 0 where there was none: the first one after it is its own. */
  readonly after?: number;
  /** Helm's revision once known. */
  readonly revision?: number;
  /** When Helm first installed the release: after an uninstall its revisions start at 1 again, and mean others. */
  readonly installedAt?: string;
  readonly steps: readonly RecordStep[];
  readonly verdicts: readonly RecordVerdict[];
  /** Verdict names that must be there and pass before `ready` counts as verified. */
  readonly expects: readonly string[];
  /** What its database looked like once it was verified. */
  readonly database?: RecordedSchema;
  /** Of the migration that the action `release` ran before it. */
  readonly migration?: MigrationNote;
  readonly undoable: 'automatic' | 'manual' | 'none';
  readonly undo?: UndoClaim;
  /** Why it was rejected, abandoned or rolled back. */
  readonly reason?: string;
  readonly environment?: string;
  /** Where the release is seen; every status of its Deployment says it anew. */
  readonly environmentUrl?: string;
  readonly deploymentId?: number;
  /** SHA-256 of the proposal that was approved: the auditor's line of approval-gate has the same. */
  readonly proposal?: string;
  /** By which decision of the gate it was let out. */
  readonly approval?: AuditLine;
}

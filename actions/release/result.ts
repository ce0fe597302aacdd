import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { ReleaseRecord } from '../../lib/domain/record/types.ts';
import type { PhaseName, PlannedPhase } from '../../lib/domain/release/plan.ts';
import type { Result, ResultKind } from '../../lib/domain/report/result.ts';
import type { BackupResult } from '../backup-db/run.ts';
import type { DeployResult } from '../deploy-helm/run.ts';
import type { RollbackResult } from '../rollback/run.ts';
import type { SmokeResult } from '../smoke-test/run.ts';
import type { Phases } from './phases.ts';
import type { MigrationUndone } from './undo-migration.ts';

/** One phase that was begun. */
export interface PhaseDone {
  readonly name: PhaseName;
  readonly result: ResultKind;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One thing that was taken back, or was to be. */
export interface Undone {
  readonly what: 'deploy' | 'migration';
  /** It is as it was before. */
  readonly good: boolean;
  readonly detail: string;
}

/** What the actions of the phases made of them, for their part of the page. */
export interface Made {
  readonly backup?: BackupResult;
  readonly deploy?: DeployResult;
  readonly smoke?: SmokeResult;
  readonly rollback?: RollbackResult;
  readonly migrationUndone?: MigrationUndone;
}

export interface ReleaseResult extends Result {
  readonly plan: readonly PlannedPhase[];
  readonly phases: readonly PhaseDone[];
  /** In the order in which it was done. */
  readonly undone: readonly Undone[];
  readonly made: Made;
  readonly asked: Phases;
  /** As it was at the end; undefined where nothing began. */
  readonly record: ReleaseRecord | undefined;
  /** Path of a copy of it; empty without one. */
  readonly recordFile: string;
  readonly startedAt: number;
  readonly duration: Milliseconds;
}

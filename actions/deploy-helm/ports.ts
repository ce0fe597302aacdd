import type { Actor } from '../../lib/domain/record/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { GitHubDeployments, GitHubJobs } from '../../lib/ports/github.ts';
import type { Holder } from '../../lib/ports/records.ts';
import type { ReleasePorts } from '../../lib/ports/release.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { OnProgress } from '../../lib/ports/rollout.ts';
import type { SchemaPorts } from '../../lib/ports/schemas.ts';
import type { Journal } from '../../lib/steps/journal.ts';
import type { Left } from './left.ts';

/** Everything outside that deploy-helm talks to. */
export interface Ports extends ReleasePorts, SchemaPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly github: GitHubDeployments;
  /** Whether a run that left something half-way has ended. */
  readonly jobs: GitHubJobs;
  readonly files: Files;
  /** Tells post what is unfinished; undefined when nothing is. */
  readonly leave: (left: Left | undefined) => void;
  readonly actor: Actor;
  readonly holder: Holder;
  /** Aborts when the runner cancels the step. */
  readonly signal: AbortSignal;
  /** Prints where the roll-out stands: on change, and at least every 10 s; what looks doomed is counted down. */
  readonly progress: OnProgress;
  /**
   * What is done under the lock, once the release has its record and before helm changes anything: backup and migration
   * of a whole release. Undefined in a deploy by itself.
   */
  readonly beforehand?: (journal: Journal) => Promise<Stopped | undefined>;
}

/** The release ends before helm begins. */
export interface Stopped {
  readonly reason: string;
}

import type { WorkloadProgress } from '../../lib/domain/verdict/types.ts';
import type { Actor } from '../../lib/domain/record/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { GitHubDeployments, GitHubJobs } from '../../lib/ports/github.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { Forwards, Probes } from '../../lib/ports/probes.ts';
import type { Spawn } from '../../lib/ports/process.ts';
import type { Holder } from '../../lib/ports/records.ts';
import type { ReleasePorts } from '../../lib/ports/release.ts';
import type { SchemaPorts } from '../../lib/ports/schemas.ts';
import type { Left } from './left.ts';

/** Everything outside that rollback talks to. */
export interface Ports extends ReleasePorts, SchemaPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly github: GitHubDeployments;
  /** Whether a run that left something half-way has ended. */
  readonly jobs: GitHubJobs;
  readonly files: Files;
  /** What `verify` asks with. */
  readonly probes: Probes;
  readonly forwards: Forwards;
  readonly spawn: Spawn;
  /** Tells post what is unfinished; undefined when nothing is. */
  readonly leave: (left: Left | undefined) => void;
  readonly actor: Actor;
  readonly holder: Holder;
  /** Aborts when the runner cancels the step. */
  readonly signal: AbortSignal;
  /** Prints where the roll-out stands: on change, and at least every 10 s. */
  readonly progress: (workloads: readonly WorkloadProgress[]) => void;
}

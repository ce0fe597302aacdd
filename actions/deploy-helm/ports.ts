import type { Actor } from '../../lib/domain/record/types.ts';
import type { WorkloadProgress } from '../../lib/domain/verdict/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { GitHubDeployments } from '../../lib/ports/github.ts';
import type { Helm, ReleaseHistory } from '../../lib/ports/helm.ts';
import type { HookLogs } from '../../lib/ports/hook-logs.ts';
import type { Kube } from '../../lib/ports/kube.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { Holder, Locks, Records } from '../../lib/ports/records.ts';
import type { Registry } from '../../lib/ports/registry.ts';
import type { RunningImages, Watcher } from '../../lib/ports/rollout.ts';

import type { Left } from './left.ts';

/** Everything outside that deploy-helm talks to. */
export interface Ports {
  readonly clock: Clock;
  readonly log: Log;
  readonly kube: Kube;
  readonly helm: Helm;
  readonly history: ReleaseHistory;
  readonly hookLogs: HookLogs;
  readonly watcher: Watcher;
  readonly running: RunningImages;
  readonly registry: Registry;
  readonly records: Records;
  readonly locks: Locks;
  readonly github: GitHubDeployments;
  readonly files: Files;
  /** Tells post what is unfinished; undefined when nothing is. */
  readonly leave: (left: Left | undefined) => void;
  readonly actor: Actor;
  readonly holder: Holder;
  /** Aborts when the runner cancels the step. */
  readonly signal: AbortSignal;
  /** Prints where the roll-out stands: on change, and at least every 10 s. */
  readonly progress: (workloads: readonly WorkloadProgress[]) => void;
}

import type { Helm, ReleaseHistory } from './helm.ts';
import type { HookLogs } from './hook-logs.ts';
import type { Kube } from './kube.ts';
import type { Locks, Records } from './records.ts';
import type { Registry } from './registry.ts';
import type { RunningImages, Watcher } from './rollout.ts';

/** What works on one Helm release in one cluster: the same for every action that does. */
export interface ReleasePorts {
  readonly kube: Kube;
  readonly helm: Helm;
  readonly history: ReleaseHistory;
  readonly hookLogs: HookLogs;
  readonly watcher: Watcher;
  readonly running: RunningImages;
  readonly registry: Registry;
  readonly records: Records;
  readonly locks: Locks;
}

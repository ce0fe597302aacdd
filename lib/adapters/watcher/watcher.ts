import type { Watcher } from '../../ports/rollout.ts';
import { KubeFollowing, type WatcherParts } from './following.ts';

/** The Watcher over an open Kubernetes API: one watch per kind and namespace, no polling. */
export const kubeWatcher = (parts: WatcherParts): Watcher => ({
  follow: (gated, options) => new KubeFollowing(gated, options, parts),
});

import type { ReleaseRef } from '../domain/kubernetes.ts';
import type { HelmHook } from './helm.ts';

/** Prints what a chart's hooks say while they run: Helm itself says only that one failed. */
export interface HookLogs {
  /**
   * Follows the logs of these hooks' pods until `stop`, which waits for the tails of those that have begun.
   * Resolves once the pods of earlier releases are known, so that only new ones are followed. `hide` takes out of a line
   * what the release's Secrets hold.
   */
  follow(
    release: ReleaseRef,
    hooks: readonly HelmHook[],
    hide?: (line: string) => string,
  ): Promise<{ stop(): Promise<void> }>;
}

import type { KubeObject, ReleaseRef } from '../../domain/kubernetes.ts';
import { builtInType } from '../../domain/resource-types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HelmHook } from '../../ports/helm.ts';
import type { HookLogs } from '../../ports/hook-logs.ts';
import type { Kube, WatchEvent } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';

const tailBudget = 2_000;

interface PodStatus {
  readonly containerStatuses?: readonly {
    readonly name: string;
    readonly state?: { readonly running?: unknown; readonly terminated?: unknown };
  }[];
}

/** Prints the logs of hook pods as they run; Helm deletes many of them as soon as they succeed. */
export function hookLogs(kube: Kube, log: Log, clock: Clock): HookLogs {
  const pods = builtInType({ apiVersion: 'v1', kind: 'Pod' });
  return {
    follow(release: ReleaseRef, hooks: readonly HelmHook[]) {
      const names = new Set(
        hooks.filter(({ kind }) => kind === 'Job' || kind === 'Pod').map(({ name }) => name),
      );
      if (names.size === 0 || pods === undefined) return { stop: async () => {} };

      const ended = new AbortController();
      const old = new Set<string>();
      const tails = new Map<string, Promise<void>>();
      let listed = false;
      const look = (pod: KubeObject): void => {
        const hook = hookOf(pod);
        if (!names.has(hook) || old.has(pod.metadata.uid ?? '')) return;
        for (const container of begun(pod)) {
          const key = `${pod.metadata.uid}/${container}`;
          if (tails.has(key)) continue;
          const print = (line: string): void => log.untrusted([`hook ${hook} | ${line}`]);
          const tail = kube.followLog(release.namespace, pod.metadata.name, container, print, ended.signal);
          tails.set(
            key,
            tail.catch((error: unknown) =>
              log.debug(`the log of hook ${hook} ended early: ${String(error)}`),
            ),
          );
        }
      };
      const onEvent = (event: WatchEvent): void => {
        // Pods of an earlier release's hooks bear the same names: what the first list shows is not ours.
        if (event.type === 'listed' && !listed)
          for (const pod of event.objects) old.add(pod.metadata.uid ?? '');
        if (event.type === 'listed') listed = true;
        if (event.type === 'listed') event.objects.forEach(look);
        if (event.type === 'changed') look(event.object);
      };
      const watching = new AbortController();
      kube.watch({ resource: pods, namespace: release.namespace }, onEvent, watching.signal);
      return {
        async stop() {
          watching.abort();
          await Promise.race([
            Promise.all(tails.values()),
            clock.sleep(tailBudget, ended.signal).catch(() => undefined),
          ]);
          ended.abort();
        },
      };
    },
  };
}

const hookOf = ({ metadata }: KubeObject): string =>
  metadata.labels?.['batch.kubernetes.io/job-name'] ?? metadata.labels?.['job-name'] ?? metadata.name;

const begun = ({ status }: KubeObject): string[] =>
  ((status as PodStatus | undefined)?.containerStatuses ?? [])
    .filter(({ state }) => state?.running !== undefined || state?.terminated !== undefined)
    .map(({ name }) => name);

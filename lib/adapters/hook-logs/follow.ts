import type { Milliseconds } from '../../domain/duration.ts';
import type { KubeObject } from '../../domain/kubernetes.ts';
import { builtInType } from '../../domain/resource-types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HookLogs } from '../../ports/hook-logs.ts';
import type { Kube } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';

/** For the ends of logs that have begun, once helm has ended. */
const tailBudget: Milliseconds = 2_000;
/** For the first list of pods; without it hooks are followed all the same, old ones of the same name too. */
const listBudget: Milliseconds = 3_000;

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
    async follow({ namespace }, hooks, hide = (line) => line) {
      const names = new Set(
        hooks.filter(({ kind }) => kind === 'Job' || kind === 'Pod').map(({ name }) => name),
      );
      if (names.size === 0 || pods === undefined) return { stop: async () => {} };

      const tails = new Tails(kube, log, namespace, names, hide);
      const watching = new AbortController();
      const listed = Promise.withResolvers<void>();
      kube.watch(
        { resource: pods, namespace },
        (event) => {
          if (event.type === 'listed') tails.list(event.objects);
          else if (event.type === 'changed') tails.look(event.object);
          if (event.type !== 'restored') listed.resolve();
        },
        watching.signal,
      );
      await within(clock, listBudget, listed.promise);
      return {
        async stop() {
          watching.abort();
          await within(clock, tailBudget, tails.ended());
          tails.close();
        },
      };
    },
  };
}

/** The logs that are being printed, one for each container of a hook's pod that has begun. */
class Tails {
  readonly #kube: Kube;
  readonly #log: Log;
  readonly #namespace: string;
  readonly #hooks: ReadonlySet<string>;
  readonly #hide: (line: string) => string;
  readonly #tails = new Map<string, Promise<void>>();
  readonly #closed = new AbortController();
  /** Pods of an earlier release's hooks bear the same names: what the first list shows is not ours. */
  #old: ReadonlySet<string> | undefined;

  constructor(
    kube: Kube,
    log: Log,
    namespace: string,
    hooks: ReadonlySet<string>,
    hide: (line: string) => string,
  ) {
    this.#kube = kube;
    this.#log = log;
    this.#namespace = namespace;
    this.#hooks = hooks;
    this.#hide = hide;
  }

  list(pods: readonly KubeObject[]): void {
    this.#old ??= new Set(pods.map(({ metadata }) => metadata.uid ?? ''));
    for (const pod of pods) this.look(pod);
  }

  look(pod: KubeObject): void {
    const hook = hookOf(pod);
    if (!this.#hooks.has(hook) || this.#old?.has(pod.metadata.uid ?? '') === true) return;
    for (const container of begun(pod)) this.#begin(hook, pod, container);
  }

  #begin(hook: string, { metadata }: KubeObject, container: string): void {
    const key = `${metadata.uid}/${container}`;
    if (this.#tails.has(key)) return;
    const print = (line: string): void => this.#log.untrusted([`hook ${hook} | ${this.#hide(line)}`]);
    const tail = this.#kube.followLog(this.#namespace, metadata.name, container, print, this.#closed.signal);
    const early = (error: unknown): void =>
      this.#log.debug(`the log of hook ${hook} ended early: ${String(error)}`);
    this.#tails.set(key, tail.catch(early));
  }

  async ended(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  close(): void {
    this.#closed.abort();
  }
}

/** Waits for a promise, but no longer than `budget`. */
async function within(clock: Clock, budget: Milliseconds, promise: Promise<void>): Promise<void> {
  const over = new AbortController();
  await Promise.race([promise, clock.sleep(budget, over.signal).catch(() => undefined)]);
  over.abort();
}

const hookOf = ({ metadata }: KubeObject): string =>
  metadata.labels?.['batch.kubernetes.io/job-name'] ?? metadata.labels?.['job-name'] ?? metadata.name;

const begun = ({ status }: KubeObject): string[] =>
  ((status as PodStatus | undefined)?.containerStatuses ?? [])
    .filter(({ state }) => state?.running !== undefined || state?.terminated !== undefined)
    .map(({ name }) => name);

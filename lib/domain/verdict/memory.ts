import type { KubeObject } from '../kubernetes.ts';
import { failedRuns } from '../workloads/crashes.ts';
import type { StartTrouble } from '../workloads/kind.ts';
import { containersOf, type ContainerStatus } from '../workloads/pod-status.ts';

/** Says nothing of its own: what it waits for was said before. */
const decayed = /^(ImagePullBackOff|CrashLoopBackOff|ContainerCreating|PodInitializing|)$/;

interface Words extends StartTrouble {
  readonly version: string;
}

/** What pods said and Kubernetes has written over since. Takes states in any order. */
export class PodMemory {
  readonly #words = new Map<string, Words>();
  /** Of each container: when each number of failed runs was first seen. They only grow. */
  readonly #failed = new Map<string, Map<number, number>>();
  readonly #born = new Map<string, number>();
  readonly #listed = new Map<string, number>();
  #releases: readonly number[] = [];

  /** The whole list of a namespace's pods has been seen: what comes later was made later. */
  listed(namespace: string, at: number): void {
    if (!this.#listed.has(namespace)) this.#listed.set(namespace, at);
  }

  /** A release was applied; an undo is another one. */
  applied(at: number): void {
    this.#releases = [...this.#releases, at];
  }

  remember(pod: KubeObject, at: number): void {
    const { uid = '', resourceVersion: version = '' } = pod.metadata;
    this.#born.set(uid, Math.min(at, this.#born.get(uid) ?? at));
    for (const { status } of containersOf(pod)) {
      const name = `${uid}/${status.name}`;
      const { reason = '', message = '' } = status.state?.waiting ?? {};
      const known = this.#words.get(name);
      if (!decayed.test(reason) && (known === undefined || !isOlder(version, known.version)))
        this.#words.set(name, { reason, message, version });
      const count = failedRuns(status);
      const counts = this.#failed.get(name) ?? new Map<number, number>();
      this.#failed.set(name, counts.set(count, Math.min(at, counts.get(count) ?? at)));
    }
  }

  forget({ metadata: { uid = '' } }: KubeObject): void {
    this.#born.delete(uid);
    for (const kept of [this.#words, this.#failed])
      for (const name of kept.keys()) if (name.startsWith(`${uid}/`)) kept.delete(name);
  }

  words(podUid: string, container: string): StartTrouble | undefined {
    return this.#words.get(`${podUid}/${container}`);
  }

  failedAt({ metadata: { uid = '' } }: KubeObject, status: ContainerStatus): number | undefined {
    return this.#failed.get(`${uid}/${status.name}`)?.get(failedRuns(status));
  }

  bornAt(podUid: string): number | undefined {
    return this.#born.get(podUid);
  }

  /** It came after the whole list was seen, so it is this release's own, also where Helm was still applying. */
  isNew({ metadata: { uid = '', namespace = '' } }: KubeObject): boolean {
    const listed = this.#listed.get(namespace);
    return listed !== undefined && (this.#born.get(uid) ?? 0) > listed;
  }

  /**
   * The most that was seen before the release was applied. Helm takes seconds to apply, in which its first pods crash:
   * those made since the watch began count from nothing.
   */
  failedRunsBefore(pod: KubeObject, container: string): number {
    if (this.#releases.length === 1 && this.isNew(pod)) return 0;
    const applied = this.#releases.at(-1) ?? Infinity;
    const counts = this.#failed.get(`${pod.metadata.uid ?? ''}/${container}`) ?? new Map<number, number>();
    return Math.max(0, ...[...counts].filter(([, at]) => at < applied).map(([count]) => count));
  }
}

const isOlder = (a: string, b: string): boolean => (a.length === b.length ? a < b : a.length < b.length);

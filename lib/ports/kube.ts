import type { KubeObject, ResourceType } from '../domain/kubernetes.ts';
import type { AccessQuestion } from '../domain/permissions.ts';
import type { KubeRefusal } from '../domain/refusal.ts';

export type { KubeRefusal };

export type { AccessQuestion };

export type WatchEvent =
  | { readonly type: 'listed'; readonly objects: readonly KubeObject[]; readonly resourceVersion: string }
  | { readonly type: 'changed' | 'deleted'; readonly object: KubeObject }
  /** The connection is lost and being re-established: say so, judge nothing by it. */
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'restored' }
  /** RBAC forbids it: nothing more will come. */
  | { readonly type: 'forbidden'; readonly reason: string };

export interface WatchTarget {
  readonly resource: ResourceType;
  /** Empty: cluster-scoped, or all namespaces. */
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** For `list`: names, labels and versions only; Helm's history may be 1 MiB a revision. */
  readonly metadataOnly?: boolean;
}

/** Every method throws TargetError, with the API's refusal, for a status of 400 and above; else UnreachableError. */
export interface Kube {
  /** `https://…`, for messages. */
  readonly server: string;
  version(): Promise<{ readonly gitVersion: string }>;
  get(resource: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined>;
  list(target: WatchTarget): Promise<readonly KubeObject[]>;
  create(resource: ResourceType, namespace: string, object: KubeObject): Promise<KubeObject>;
  /** PUT; the object's resourceVersion is the precondition. */
  replace(resource: ResourceType, namespace: string, object: KubeObject): Promise<KubeObject>;
  patch(
    resource: ResourceType,
    namespace: string,
    name: string,
    patch: unknown,
    type?: 'merge' | 'json',
  ): Promise<KubeObject>;
  delete(
    resource: ResourceType,
    namespace: string,
    name: string,
    precondition?: { uid?: string; resourceVersion?: string },
  ): Promise<void>;
  /** Which of these this identity may not do, in order asked. */
  denied(questions: readonly AccessQuestion[]): Promise<readonly AccessQuestion[]>;
  /** Served resource types of one API group version; undefined when it is not served. */
  resourceTypes(apiVersion: string): Promise<readonly ResourceType[] | undefined>;
  /** List, then watch for ever: bookmarks, 410 relist, stall timer, jittered back-off, Retry-After. Ends on abort. */
  watch(target: WatchTarget, onEvent: (event: WatchEvent) => void, signal: AbortSignal): void;
  /** The last lines of a container's log, without colours, and of those at most the last bytes. Asks once; given up on abort. */
  log(
    namespace: string,
    pod: string,
    options: {
      readonly container: string;
      /** Of its last run that has ended. */
      readonly previous: boolean;
      readonly tailLines: number;
      readonly lastBytes: number;
      readonly signal: AbortSignal;
    },
  ): Promise<string>;
  /** Follows a log line by line until it ends or the signal aborts. */
  followLog(
    namespace: string,
    pod: string,
    container: string,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Ends idle connections, so that the process can exit. */
  close(): void;
}

export type { ClusterAccess } from '../domain/cluster.ts';

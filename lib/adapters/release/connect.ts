import { kubeconfigAt, kubeconfigOf, kubeconfigOfPod } from '../../domain/cluster.ts';
import type { ClusterAccess } from '../../domain/cluster.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Files } from '../../ports/files.ts';
import type { GitHubJobs } from '../../ports/github.ts';
import type { Kube } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';
import type { Records } from '../../ports/records.ts';
import type { KeptSchemas } from '../../ports/schemas.ts';
import type { ReleasePorts } from '../../ports/release.ts';
import type { Spawn } from '../../ports/process.ts';
import { helmCli } from '../helm/client.ts';
import { releaseHistory } from '../helm/history.ts';
import { hookLogs } from '../hook-logs/follow.ts';
import { kubeClient } from '../kubernetes/client.ts';
import { connectionTo, serviceAccount } from '../kubernetes/kubeconfig.ts';
import { kubeLocks } from '../kubernetes/lock.ts';
import { kubeRecords } from '../kubernetes/records.ts';
import { kubeRunningImages } from '../kubernetes/running.ts';
import { kubeSchemas } from '../kubernetes/schemas.ts';
import { registryClient } from '../registry/client.ts';
import { kubeWatcher } from '../watcher/watcher.ts';

/** What an action that asks a cluster is given by its step. */
export interface ClusterSurroundings {
  readonly action: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: Files;
  readonly proxy: Readonly<Record<string, string>>;
  readonly service: { readonly host: string; readonly port: string };
}

/** The same for one that works on a Helm release. */
export interface Surroundings extends ClusterSurroundings {
  readonly spawn: Spawn;
  readonly files: Files & { readonly path: string };
  readonly workspace: string;
  /** What an earlier `helm registry login` has left; there may be no such file. */
  readonly helmRegistryConfig: string;
  /** HELM_DRIVER of the runner. */
  readonly helmDriver: string | undefined;
  readonly jobs: GitHubJobs;
  readonly processAlive: (pid: number) => boolean;
  readonly monotonic: () => number;
}

export interface ClusterAdapters {
  readonly kube: Kube;
  readonly records: Records;
  readonly schemas: KeptSchemas;
  /** The same cluster as a file that only this step can read: for tools, and for post instead of secrets in its state. */
  readonly access: ClusterAccess;
}

export interface ReleaseAdapters extends ReleasePorts, ClusterAdapters {}

/** One cluster and the records in it; nothing is sent before the first use. */
export async function connectCluster(
  access: ClusterAccess,
  { action, clock, log, files, proxy, service }: ClusterSurroundings,
): Promise<ClusterAdapters> {
  const mask = (secret: string): void => log.mask(secret);
  const debug = (line: string): void => log.debug(line);
  const connection = connectionTo(access, { clock, proxy, service, mask });
  const kube = kubeClient(connection, { userAgent: `slipway (${action})`, clock, debug });
  const file = await fileOf(access, connection.server, files);
  return { kube, records: kubeRecords(kube, log), schemas: kubeSchemas(kube), access: file };
}

/** Everything that works on one release in one cluster; nothing is sent before the first use. */
export async function connectRelease(access: ClusterAccess, around: Surroundings): Promise<ReleaseAdapters> {
  const { clock, spawn, log, files, proxy, jobs, processAlive, monotonic } = around;
  const cluster = await connectCluster(access, around);
  const { kube } = cluster;
  return {
    ...cluster,
    helm: helmCli(spawn, {
      home: { path: files.path, ...kubeconfigAt(cluster.access) },
      workspace: around.workspace,
      registryConfig: around.helmRegistryConfig,
    }),
    history: releaseHistory(kube, around.helmDriver),
    hookLogs: hookLogs(kube, log, clock),
    watcher: kubeWatcher({ kube, clock, log }),
    running: kubeRunningImages(kube),
    registry: registryClient({ proxy, clock }),
    locks: kubeLocks({ kube, clock, jobs, processAlive, monotonic, debug: (line) => log.debug(line) }),
  };
}

/** Tools are told the cluster, also in a pod: by themselves they would prefer a `~/.kube/config` to its own account. */
async function fileOf(access: ClusterAccess, server: URL, files: Files): Promise<ClusterAccess> {
  if (access.kind === 'file') return access;
  const path = await files.writePrivate('kubeconfig', textOf(access, server));
  const named = access.kind === 'kubeconfig' && access.context !== undefined;
  return { kind: 'file', path, ...(named ? { context: access.context } : {}) };
}

function textOf(access: Exclude<ClusterAccess, { kind: 'file' }>, server: URL): string {
  if (access.kind === 'in-cluster') return kubeconfigOfPod(server.href, serviceAccount);
  return access.kind === 'token' ? kubeconfigOf(access) : access.text;
}

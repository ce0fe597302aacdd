import { kubeconfigAt, kubeconfigOf } from '../../domain/cluster.ts';
import type { ClusterAccess } from '../../domain/cluster.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Files } from '../../ports/files.ts';
import type { GitHubJobs } from '../../ports/github.ts';
import type { Log } from '../../ports/log.ts';
import type { ReleasePorts } from '../../ports/release.ts';
import type { Spawn } from '../../ports/process.ts';
import { helmCli } from '../helm/client.ts';
import { releaseHistory } from '../helm/history.ts';
import { hookLogs } from '../hook-logs/follow.ts';
import { kubeClient } from '../kubernetes/client.ts';
import { connectionTo } from '../kubernetes/kubeconfig.ts';
import { kubeLocks } from '../kubernetes/lock.ts';
import { kubeRecords } from '../kubernetes/records.ts';
import { kubeRunningImages } from '../kubernetes/running.ts';
import { registryClient } from '../registry/client.ts';
import { kubeWatcher } from '../watcher/watcher.ts';

/** What an action that works on a Helm release is given by its step. */
export interface Surroundings {
  readonly action: string;
  readonly clock: Clock;
  readonly spawn: Spawn;
  readonly log: Log;
  readonly files: Files & { readonly path: string };
  readonly proxy: Readonly<Record<string, string>>;
  readonly workspace: string;
  /** HELM_DRIVER of the runner. */
  readonly helmDriver: string | undefined;
  readonly service: { readonly host: string; readonly port: string };
  readonly jobs: GitHubJobs;
  readonly processAlive: (pid: number) => boolean;
  readonly monotonic: () => number;
}

export interface ReleaseAdapters extends ReleasePorts {
  /** The same cluster as a file that only this step can read: what post gets instead of secrets in its state. */
  readonly access: ClusterAccess;
}

/** Everything that works on one release in one cluster; nothing is sent before the first use. */
export async function connectRelease(access: ClusterAccess, around: Surroundings): Promise<ReleaseAdapters> {
  const { clock, spawn, log, files, proxy } = around;
  const mask = (secret: string): void => log.mask(secret);
  const debug = (line: string): void => log.debug(line);
  const connection = connectionTo(access, { clock, proxy, service: around.service, mask });
  const kube = kubeClient(connection, { userAgent: `slipway (${around.action})`, clock, debug });
  const asFile = await fileOf(access, files);
  const { jobs, processAlive, monotonic } = around;
  return {
    kube,
    helm: helmCli(spawn, {
      home: { path: files.path, ...kubeconfigAt(asFile) },
      workspace: around.workspace,
    }),
    history: releaseHistory(kube, around.helmDriver),
    hookLogs: hookLogs(kube, log, clock),
    watcher: kubeWatcher({ kube, clock, log }),
    running: kubeRunningImages(kube),
    registry: registryClient({ proxy, clock }),
    records: kubeRecords(kube, log),
    locks: kubeLocks({ kube, clock, jobs, processAlive, monotonic, debug }),
    access: asFile,
  };
}

/** A pod's own account stays as it is: helm finds it by itself, and its token changes while we run. */
async function fileOf(access: ClusterAccess, files: Files): Promise<ClusterAccess> {
  if (access.kind === 'file' || access.kind === 'in-cluster') return access;
  const text = access.kind === 'token' ? kubeconfigOf(access) : access.text;
  const path = await files.writePrivate('kubeconfig', text);
  return {
    kind: 'file',
    path,
    ...(access.kind === 'kubeconfig' && access.context !== undefined ? { context: access.context } : {}),
  };
}

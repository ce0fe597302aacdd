import type { DockerPlace, HostPlace, KubernetesPlace } from '../../domain/database/locator.ts';
import { ToolError, UnreachableError } from '../../domain/errors.ts';
import type { Files } from '../../ports/files.ts';
import type { Spawn, SpawnStream } from '../../ports/process.ts';
import { sshArgv } from '../ssh/argv.ts';
import { writeSshFiles } from '../ssh/files.ts';
import { clusterEnvironment, dockerArgv, kubectlArgv, podsArgv } from './argv.ts';
import { explainPlace } from './explain.ts';
import { onlyPod } from './pod.ts';
import type { Way } from './tools.ts';

export type RemotePlace = DockerPlace | KubernetesPlace | HostPlace;
export type RemoteWay = Omit<Extract<Way, { kind: 'there' }>, 'prefix'>;

export interface WayOptions {
  /** Private to this step: a host's key and known hosts are written there. */
  readonly files: Files;
  readonly spawn: Spawn;
  /** Which cluster is meant; needed for a pod alone. */
  readonly kubeconfig?: { readonly path: string; readonly context?: string };
  readonly signal?: AbortSignal;
}

/** What a connection to any locator is made with. */
export interface ConnectOptions extends WayOptions {
  readonly stream: SpawnStream;
}

/** How a tool is brought to a place. A selector is resolved here, once, so that every tool goes to the same pod. */
export async function wayTo(
  place: RemotePlace,
  password: string | undefined,
  options: WayOptions,
): Promise<RemoteWay> {
  const secret = password === undefined ? {} : { password };
  switch (place.kind) {
    case 'docker': {
      const where = `container ${place.container}`;
      const here = (tool: readonly string[]): string[] => dockerArgv(place, tool);
      if (place.over === undefined) return { kind: 'there', where, bring: here, ...secret };
      const { over } = place;
      const files = await writeSshFiles(over, options.files);
      const bring = (tool: readonly string[]): string[] => sshArgv(over, files, here(tool));
      return { kind: 'there', where: `${where} on ${over.host}`, bring, ...secret };
    }
    case 'ssh': {
      const files = await writeSshFiles(place.over, options.files);
      const bring = (tool: readonly string[]): string[] => sshArgv(place.over, files, tool);
      return { kind: 'there', where: place.over.host, bring, ...secret };
    }
    case 'kubernetes':
    default:
      return { kind: 'there', ...(await toPod(place, options)), ...secret };
  }
}

async function toPod(
  { namespace, pod, container }: KubernetesPlace,
  options: WayOptions,
): Promise<Pick<RemoteWay, 'where' | 'bring' | 'env'>> {
  if (options.kubeconfig === undefined) throw new Error('a pod needs a kubeconfig');
  const { path: kubeconfig, context } = options.kubeconfig;
  const cluster = { namespace, ...(context === undefined ? {} : { context }) };
  const env = clusterEnvironment(kubeconfig);
  const name = 'name' in pod ? pod.name : await podOf(pod.selector, { ...cluster, env }, options);
  const order = { ...cluster, pod: name, ...(container === undefined ? {} : { container }) };
  return { where: `pod ${namespace}/${name}`, bring: (tool) => kubectlArgv(order, tool), env };
}

async function podOf(
  selector: string,
  cluster: { namespace: string; context?: string; env: Record<string, string> },
  { spawn, signal }: WayOptions,
): Promise<string> {
  const argv = podsArgv(cluster, selector);
  const exit = await spawn(
    { argv, env: cluster.env },
    { timeout: 60_000, ...(signal === undefined ? {} : { signal }) },
  );
  const subject = `namespace ${cluster.namespace}`;
  if (exit.status === 0) return onlyPod(exit.stdout, selector, subject);
  if (exit.timedOut) throw new UnreachableError('the cluster did not answer kubectl within a minute');
  throw (
    explainPlace(exit.stderr, subject) ??
    new ToolError('kubectl could not list the pods', {
      argv,
      exit: exit.status,
      lastLines: exit.stderr.trimEnd().split('\n').slice(-5),
    })
  );
}

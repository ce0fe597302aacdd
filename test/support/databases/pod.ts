/** A server in a pod of the real cluster. */
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { clusterEnvironment, kubectlArgv } from '../../../lib/adapters/database-place/argv.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { until } from '../../sandbox-parts/running.ts';
import type { ServedEngine } from './engines.ts';
import { served } from './served.ts';
import type { Served } from './served.ts';

/** PATH, with the kubectl that the sandbox has built in front. */
export const pathWithKubectl = async (): Promise<string> =>
  `${dirname((await ensureTools(['kubectl'])).kubectl)}:${process.env['PATH'] ?? ''}`;

export interface InCluster {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** With kubectl on PATH; it keeps a cache below HOME, else in the folder that it runs in. */
  readonly env: { readonly PATH: string; readonly HOME: string };
}

export type Kubectl = (...args: string[]) => Promise<string>;

/** kubectl as an administrator of a namespace; what it printed. */
export const kubectlIn =
  ({ kubeconfig, namespace, env }: InCluster): Kubectl =>
  async (...args) => {
    const argv = ['--kubeconfig', kubeconfig, '--namespace', namespace, ...args];
    return (await promisify(execFile)('kubectl', argv, { env })).stdout.trim();
  };

export interface PodFlags {
  readonly image: string;
  /** `app=shop` */
  readonly labels?: string;
  /** Of its spec. */
  readonly spec?: object;
}

/** Starts a pod that ends at once when it is deleted. A namespace that was just made takes none for a moment. */
export async function runPod(
  kubectl: Kubectl,
  pod: string,
  { image, labels, spec }: PodFlags,
): Promise<void> {
  const overrides = {
    spec: { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, ...spec },
  };
  const flags = [`--image=${image}`, '--restart=Never', `--overrides=${JSON.stringify(overrides)}`];
  if (labels !== undefined) flags.push(`--labels=${labels}`);
  await until('the pod is created', () => kubectl('run', pod, ...flags).then(Boolean, () => false));
}

export interface PodOrder extends InCluster {
  readonly pod: string;
  readonly labels?: string;
  /** Where the image comes from. */
  readonly registry: string;
}

export interface ServerInPod extends Served {
  readonly pod: string;
  readonly kubectl: Kubectl;
}

export async function serverInPod(engine: ServedEngine, order: PodOrder): Promise<ServerInPod> {
  const { kubeconfig, namespace, pod, labels, registry, env } = order;
  const kubectl = kubectlIn(order);
  const image = await engine.pushImage(registry);
  await runPod(kubectl, pod, { image, ...(labels === undefined ? {} : { labels }) });
  const asked = await served({
    engine,
    spawn: processStreams(env),
    bring: (tool) => kubectlArgv({ namespace, pod }, tool),
    env: clusterEnvironment(kubeconfig),
  });
  return { ...asked, pod, kubectl };
}

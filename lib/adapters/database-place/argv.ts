/** Where a tool runs → the arguments that bring it there. No password is ever among them. */
import type { DockerPlace } from '../../domain/database/locator.ts';

/** Never with a terminal: it would change bytes. `docker exec`, for `compose exec -T` has altered them (compose#8909). */
export const dockerArgv = ({ container }: DockerPlace, tool: readonly string[]): string[] => [
  'docker',
  'exec',
  '--interactive',
  container,
  ...tool,
];

/** By the environment, as KUBECONFIG may name several files (`a:b`), and --kubeconfig takes one. */
export const clusterEnvironment = (kubeconfig: string): Record<string, string> => ({
  KUBECONFIG: kubeconfig,
});

export interface PodOrder {
  readonly context?: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
}

export const kubectlArgv = (order: PodOrder, tool: readonly string[]): string[] => [
  ...kubectl(order),
  'exec',
  '--stdin',
  order.pod,
  ...(order.container === undefined ? [] : ['--container', order.container]),
  '--',
  ...tool,
];

/** The pods that a selector means, as JSON. */
export const podsArgv = (order: Omit<PodOrder, 'pod'>, selector: string): string[] => [
  ...kubectl(order),
  'get',
  'pods',
  '--selector',
  selector,
  '--output',
  'json',
];

const kubectl = ({ context, namespace }: Omit<PodOrder, 'pod'>): string[] => [
  'kubectl',
  ...(context === undefined ? [] : ['--context', context]),
  '--namespace',
  namespace,
];

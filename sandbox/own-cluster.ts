import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import type { Sandbox } from './client.ts';
import type { Progress } from './progress.ts';
import { ensureTools } from './tools.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of a cluster that the user brings (SLIPWAY_KUBECONFIG), or undefined when it is ours that is meant. */
export function ownCluster(env: Environment): Record<string, string> | undefined {
  const kubeconfig = env['SLIPWAY_KUBECONFIG'];
  if (!kubeconfig) return undefined;
  const rest = ['SLIPWAY_REGISTRY', 'SLIPWAY_NODE_PORTS', 'SLIPWAY_AUDIT_LOG'] as const;
  const given = rest.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  return { KUBECONFIG: kubeconfig, ...Object.fromEntries(given) };
}

/** Asks the user's cluster whether it is ready; changes nothing there. */
export async function checkOwnCluster(env: Environment, progress: Progress): Promise<void> {
  const { kubectl } = await ensureTools(['kubectl'], progress);
  const kubeconfig = env['SLIPWAY_KUBECONFIG'] ?? '';
  const args = ['--kubeconfig', kubeconfig, '--request-timeout', '10s', 'get', '--raw', '/readyz'];
  await promisify(execFile)(kubectl, args).catch((cause: { stderr?: string }) => {
    const said = cause.stderr?.trim() ?? '';
    throw new Error(
      `sandbox: the cluster of SLIPWAY_KUBECONFIG does not answer\n  ${kubeconfig}\n  ${said}`,
      { cause },
    );
  });
  progress.say(
    'cluster',
    `${kubeconfig} answers; its registry is SLIPWAY_REGISTRY=${env['SLIPWAY_REGISTRY'] ?? '(not set)'}`,
  );
}

/** The user's cluster in the words of ours; its NodePorts must answer on this machine's 127.0.0.1. */
export function ownSandbox(env: Environment, kubeconfig: string): Sandbox {
  const needed = (name: string): string => {
    const value = env[name];
    if (value) return value;
    throw new Error(
      `sandbox: SLIPWAY_KUBECONFIG needs ${name} beside it\n  a registry that both this machine and the cluster reach, and free node ports <from>-<to>`,
    );
  };
  const config = load(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (!cluster || !user)
    throw new Error(`sandbox: ${kubeconfig} has no current context with a cluster and a user`);
  const [from = 0, to = 0] = needed('SLIPWAY_NODE_PORTS').split('-').map(Number);
  const caFile = cluster['certificate-authority'];
  return {
    kubeconfig,
    certificateKubeconfig: kubeconfig,
    apiUrl: cluster.server,
    ca: caFile
      ? readFileSync(caFile, 'utf8')
      : Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString(),
    adminToken: user.token ?? '',
    registry: needed('SLIPWAY_REGISTRY'),
    nodePorts: Array.from({ length: to - from + 1 }, (_, index) => from + index),
    auditLog: env['SLIPWAY_AUDIT_LOG'] ?? '',
    initPid: 0,
  };
}

interface Kubeconfig {
  'current-context': string;
  contexts: { name: string; context: { cluster: string; user: string } }[];
  clusters: {
    name: string;
    cluster: { server: string; 'certificate-authority'?: string; 'certificate-authority-data'?: string };
  }[];
  users: { name: string; user: { token?: string } }[];
}

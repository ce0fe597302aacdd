import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where everything that is ours to build or download is kept between runs. */
export const cacheDirectory = (env: Environment): string =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'slipway');

/** The one directory that a sandbox writes to; two directories are two sandboxes. */
export const stateDirectory = (env: Environment): string =>
  resolve(env['SLIPWAY_SANDBOX_DIR'] || join(cacheDirectory(env), 'sandbox'));

/** Addresses inside the sandbox's own network; nothing outside ever sees them. */
export const network = {
  node: '10.94.0.1',
  nodeRange: '10.94.0.0/24',
  services: '10.96.0.0/16',
  apiService: '10.96.0.1',
  dns: '10.96.0.10',
  pods: '10.244.0.0/16',
} as const;

export const nodeName = 'slipway';
export const pauseImage = 'slipway.local/pause:1';
/** How many adjacent loopback ports of the host are the cluster's NodePorts. */
export const nodePortCount = 20;

/** Every path below the state directory, in one place. */
export const layout = (state: string) => ({
  state,
  config: join(state, 'sandbox.json'),
  hullConfig: join(state, 'hull-config.json'),
  hull: join(state, 'hull.json'),
  parts: join(state, 'parts.json'),
  kubeconfig: join(state, 'kubeconfig'),
  certificateKubeconfig: join(state, 'kubeconfig-certificate'),
  tokens: join(state, 'tokens.csv'),
  adminToken: join(state, 'admin-token'),
  certificates: join(state, 'certificates'),
  ca: join(state, 'certificates', 'ca.crt'),
  configs: join(state, 'config'),
  audit: join(state, 'audit'),
  auditLog: join(state, 'audit', 'audit.log'),
  logs: join(state, 'logs'),
  podLogs: join(state, 'pod-logs'),
  etcd: join(state, 'etcd'),
  containerd: join(state, 'containerd'),
  kubelet: join(state, 'kubelet'),
  registry: join(state, 'registry'),
});

export type Layout = ReturnType<typeof layout>;

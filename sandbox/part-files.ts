import { existsSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kubeconfigOf } from './credentials.ts';
import { network, nodeName, pauseImage, type Layout } from './layout.ts';
import { cniConfiguration } from './network.ts';
import { containerdSocket, type Settings } from './parts.ts';

/** Writes the configuration file of every part that has one. */
export function writePartFiles(settings: Settings): void {
  const { paths, registryPort } = settings;
  const files: Record<string, string> = {
    'containerd.toml': containerdToml(paths),
    'registry.yml': registryYaml(paths, registryPort),
    'kubelet.json': JSON.stringify(kubeletConfiguration(paths)),
    'kube-proxy.json': JSON.stringify(kubeProxyConfiguration(paths)),
    'audit-policy.json': JSON.stringify(auditPolicy),
    'cni/10-slipway.conflist': cniConfiguration(),
    [`registries/127.0.0.1:${registryPort}/hosts.toml`]: hostsToml(registryPort),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(paths.configs, name)), { recursive: true });
    writeFileSync(join(paths.configs, name), text);
  }
  mkdirSync(dirname(paths.auditLog), { recursive: true });
}

const containerdToml = (paths: Layout): string => `version = 2
root = "${paths.containerd}"
state = "/run/slipway/containerd"

[grpc]
address = "${containerdSocket}"

[plugins."io.containerd.internal.v1.opt"]
path = "${join(paths.containerd, 'opt')}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${pauseImage}"
# Else runc dies with "can't get final child's PID from pipe: EOF" where it may not lower a score.
restrict_oom_score_adj = true

[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "${snapshotter(paths.state)}"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${cniPlugins() ?? ''}"
conf_dir = "${join(paths.configs, 'cni')}"

[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "${join(paths.configs, 'registries')}"
`;

const hostsToml = (port: number): string => `server = "http://127.0.0.1:${port}"

[host."http://127.0.0.1:${port}"]
capabilities = ["pull", "resolve"]
`;

/** Debian's place, then upstream's. */
export const cniPlugins = (): string | undefined =>
  ['/usr/lib/cni', '/opt/cni/bin'].find((directory) => existsSync(join(directory, 'ptp')));

/** An overlay cannot lie on an overlay, as in a container whose state directory is not a volume. */
function snapshotter(directory: string): 'overlayfs' | 'native' {
  const overlayMagic = 0x794c7630;
  return statfsSync(directory).type === overlayMagic ? 'native' : 'overlayfs';
}

const registryYaml = (paths: Layout, port: number): string =>
  JSON.stringify({
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: paths.registry }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}`, secret: 'only-one-instance' },
  });

const kubeletConfiguration = (paths: Layout) => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  address: network.node,
  tlsCertFile: join(paths.certificates, 'server.crt'),
  tlsPrivateKeyFile: join(paths.certificates, 'server.key'),
  authentication: {
    x509: { clientCAFile: paths.ca },
    anonymous: { enabled: false },
    webhook: { enabled: false },
  },
  authorization: { mode: 'AlwaysAllow' },
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  failCgroupV1: false,
  failSwapOn: false,
  makeIPTablesUtilChains: false,
  evictionHard: {
    'memory.available': '0%',
    'nodefs.available': '0%',
    'imagefs.available': '0%',
    'nodefs.inodesFree': '0%',
  },
  imageGCHighThresholdPercent: 100,
  clusterDNS: [network.dns],
  clusterDomain: 'cluster.local',
  resolvConf: join(paths.configs, 'resolv.conf'),
  volumePluginDir: join(paths.kubelet, 'volume-plugins'),
  serializeImagePulls: false,
  registryPullQPS: 0,
});

const kubeProxyConfiguration = (paths: Layout) => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'iptables',
  clientConnection: { kubeconfig: kubeconfigOf(paths, 'kube-proxy') },
  clusterCIDR: network.pods,
  hostnameOverride: nodeName,
  nodePortAddresses: ['127.0.0.0/8', network.nodeRange],
  iptables: { localhostNodePorts: true },
  // The limits of connection tracking are the machine's, not a namespace's.
  conntrack: { maxPerCore: 0, min: 0 },
});

/** Who asked for what, not with what body: enough for benchmarks to count requests by client. */
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};

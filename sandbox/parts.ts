import { createConnection } from 'node:net';
import { join } from 'node:path';
import { kubeconfigOf } from './credentials.ts';
import { network, nodeName, type Layout } from './layout.ts';

/** One process of the cluster. */
export interface Part {
  name: string;
  command: readonly string[];
  env?: Readonly<Record<string, string>>;
}

export interface Settings {
  paths: Layout;
  /** Directory of the Kubernetes binaries, and paths of the other ones. */
  kube: string;
  etcd: string;
  registry: string;
  apiPort: number;
  registryPort: number;
  nodePorts: string;
}

const etcdUrl = 'http://127.0.0.1:2379';
export const containerdSocket = '/run/slipway/containerd.sock';

export const etcd = ({ paths, etcd }: Settings): Part => ({
  name: 'etcd',
  command: [
    etcd,
    `--data-dir=${paths.etcd}`,
    '--unsafe-no-fsync',
    // Alone, it need not wait a second for others to vote.
    '--heartbeat-interval=10',
    '--election-timeout=100',
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    '--listen-peer-urls=http://127.0.0.1:2380',
    '--quota-backend-bytes=4294967296',
  ],
});

export const containerd = ({ paths }: Settings): Part => ({
  name: 'containerd',
  command: ['containerd', '--config', join(paths.configs, 'containerd.toml')],
});

export const registry = ({ paths, registry }: Settings): Part => ({
  name: 'registry',
  command: [registry, 'serve', join(paths.configs, 'registry.yml')],
  env: { OTEL_TRACES_EXPORTER: 'none' },
});

export const apiserver = ({ paths, kube, apiPort, nodePorts }: Settings): Part => {
  const certificate = (name: string) => join(paths.certificates, name);
  return {
    name: 'kube-apiserver',
    command: [
      join(kube, 'kube-apiserver'),
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=0.0.0.0',
      `--secure-port=${apiPort}`,
      `--advertise-address=${network.node}`,
      `--tls-cert-file=${certificate('server.crt')}`,
      `--tls-private-key-file=${certificate('server.key')}`,
      `--client-ca-file=${paths.ca}`,
      // Nobody holds such a certificate; without the setting the controller manager complains for ever.
      `--requestheader-client-ca-file=${paths.ca}`,
      '--requestheader-allowed-names=front-proxy',
      `--token-auth-file=${paths.tokens}`,
      '--authorization-mode=Node,RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${certificate('service-accounts.pub')}`,
      `--service-account-signing-key-file=${certificate('service-accounts.key')}`,
      `--service-cluster-ip-range=${network.services}`,
      `--service-node-port-range=${nodePorts}`,
      '--allow-privileged=true',
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-client-certificate=${certificate('kubelet-client.crt')}`,
      `--kubelet-client-key=${certificate('kubelet-client.key')}`,
      `--kubelet-certificate-authority=${paths.ca}`,
      `--audit-policy-file=${join(paths.configs, 'audit-policy.json')}`,
      `--audit-log-path=${paths.auditLog}`,
      '--audit-log-maxsize=500',
      '--audit-log-maxbackup=1',
    ],
  };
};

export const controllerManager = ({ paths, kube }: Settings): Part => ({
  name: 'kube-controller-manager',
  command: [
    join(kube, 'kube-controller-manager'),
    ...clientFlags(paths, 'kube-controller-manager'),
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--use-service-account-credentials',
    `--service-account-private-key-file=${join(paths.certificates, 'service-accounts.key')}`,
    `--root-ca-file=${paths.ca}`,
    `--cluster-signing-cert-file=${paths.ca}`,
    `--cluster-signing-key-file=${join(paths.certificates, 'ca.key')}`,
  ],
});

export const scheduler = ({ paths, kube }: Settings): Part => ({
  name: 'kube-scheduler',
  command: [
    join(kube, 'kube-scheduler'),
    ...clientFlags(paths, 'kube-scheduler'),
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
  ],
});

const clientFlags = (paths: Layout, user: 'kube-controller-manager' | 'kube-scheduler'): string[] =>
  ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
    (flag) => `--${flag}=${kubeconfigOf(paths, user)}`,
  );

export const kubelet = ({ paths, kube }: Settings): Part => ({
  name: 'kubelet',
  command: [
    join(kube, 'kubelet'),
    `--kubeconfig=${kubeconfigOf(paths, 'kubelet')}`,
    `--config=${join(paths.configs, 'kubelet.json')}`,
    `--root-dir=${paths.kubelet}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${network.node}`,
    // With cgroupsPerQOS off, 1.34.4 now and then dies of a nil pointer in doPodResizeAction.
    '--feature-gates=InPlacePodVerticalScaling=false',
  ],
});

export const kubeProxy = ({ paths, kube }: Settings): Part => ({
  name: 'kube-proxy',
  command: [
    join(kube, 'kube-proxy'),
    `--config=${join(paths.configs, 'kube-proxy.json')}`,
    `--hostname-override=${nodeName}`,
  ],
});

/** Whether something accepts connections at that address inside the sandbox. */
export function accepts(target: { port: number } | { path: string }): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection('port' in target ? { host: '127.0.0.1', ...target } : target);
    const end = (answer: boolean) => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

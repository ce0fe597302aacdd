import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { network, nodeName, type Layout } from './layout.ts';

/** Who may talk to the API server, by a random token; the group decides what they may do there. */
const users = {
  admin: { name: 'sandbox-admin', group: 'system:masters' },
  'kube-controller-manager': { name: 'system:kube-controller-manager', group: '' },
  'kube-scheduler': { name: 'system:kube-scheduler', group: '' },
  'kube-proxy': { name: 'system:kube-proxy', group: '' },
  kubelet: { name: `system:node:${nodeName}`, group: 'system:nodes' },
} as const;

export type User = keyof typeof users;

export const kubeconfigOf = (paths: Layout, user: User): string => join(paths.configs, `${user}.kubeconfig`);

/** Writes certificates, tokens, the service account key and every kubeconfig; all readable by their owner only. */
export function writeCredentials(paths: Layout, hull: string, apiPort: number): void {
  mkdirSync(paths.certificates, { recursive: true, mode: 0o700 });
  const names = ['127.0.0.1', 'localhost', network.node, network.apiService, nodeName];
  const services = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  execFileSync(hull, ['certificates', paths.certificates, ...names, ...services]);

  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'sec1', format: 'pem' });
  secret(join(paths.certificates, 'service-accounts.key'), String(key));
  secret(
    join(paths.certificates, 'service-accounts.pub'),
    String(publicKey.export({ type: 'spki', format: 'pem' })),
  );

  const server = `https://127.0.0.1:${apiPort}`;
  const ca = base64(paths.ca);
  const lines = Object.entries(users).map(([user, { name, group }]) => {
    const token = randomBytes(24).toString('base64url');
    const text = kubeconfig(server, ca, { token });
    secret(kubeconfigOf(paths, user as User), text);
    if (user === 'admin') {
      secret(paths.kubeconfig, text);
      secret(paths.adminToken, token);
    }
    return `${token},${name},${user}${group && `,"${group}"`}`;
  });
  secret(paths.tokens, `${lines.join('\n')}\n`);
  const certificate = {
    'client-certificate-data': base64(join(paths.certificates, 'admin.crt')),
    'client-key-data': base64(join(paths.certificates, 'admin.key')),
  };
  secret(paths.certificateKubeconfig, kubeconfig(server, ca, certificate));
}

const base64 = (path: string): string => readFileSync(path).toString('base64');

const secret = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o600 });

/** JSON is YAML, and needs no writer. */
function kubeconfig(server: string, ca: string, user: Readonly<Record<string, string>>): string {
  const name = 'slipway-sandbox';
  const text = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  return `${JSON.stringify(text, null, 2)}\n`;
}

import type { FaultProxy } from './proxy.ts';

/** A token, a `tokenFile`, or an exec plugin, as a kubeconfig's user has it. */
export type User = Readonly<Record<string, unknown>>;

/** A kubeconfig that leads through the proxy. JSON is YAML. */
export function kubeconfigThrough({ url, ca }: FaultProxy, namespace: string, user: User): string {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'proxy',
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy', namespace } }],
    clusters: [{ name: 'proxy', cluster }],
    users: [{ name: 'proxy', user }],
  });
}

/** A user whose token a program prints: here the file that holds it, as `execCredential` writes it. */
export const execUser = (file: string): User => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    command: '/bin/cat',
    args: [file],
  },
});

/** What an exec plugin answers. */
export const execCredential = (token: string): string =>
  JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token },
  });

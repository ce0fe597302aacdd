/** Whose kubeconfig: exactly one of the ways that a workflow can name a cluster. */
export type ClusterAccess =
  | { readonly kind: 'kubeconfig'; readonly text: string; readonly context?: string }
  | { readonly kind: 'token'; readonly server: string; readonly ca?: string; readonly token: string }
  | { readonly kind: 'file'; readonly path: string; readonly context?: string }
  | { readonly kind: 'in-cluster' };

/** A kubeconfig for tools that need a file, of an API server and a token. JSON is YAML. */
export const kubeconfigOf = ({ server, ca, token }: ClusterAccess & { readonly kind: 'token' }): string =>
  kubeconfigFile(
    {
      server,
      ...(ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    },
    { token },
  );

/** The same of a pod's own account, whose folder the kubelet fills: the token in it is renewed while we run. */
export const kubeconfigOfPod = (server: string, account: string): string =>
  kubeconfigFile({ server, 'certificate-authority': `${account}/ca.crt` }, { tokenFile: `${account}/token` });

const kubeconfigFile = (cluster: object, user: object): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'slipway',
    contexts: [{ name: 'slipway', context: { cluster: 'slipway', user: 'slipway' } }],
    clusters: [{ name: 'slipway', cluster }],
    users: [{ name: 'slipway', user }],
  });

/** The file and context that tools are given; an empty file where they find the pod's own account by themselves. */
export const kubeconfigAt = (access: ClusterAccess): { kubeconfig: string; context?: string } =>
  access.kind === 'file'
    ? { kubeconfig: access.path, ...(access.context === undefined ? {} : { context: access.context }) }
    : { kubeconfig: '' };

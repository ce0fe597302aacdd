import { join } from 'node:path';

export interface HelmHome {
  /** A private folder of this step; everything that helm writes goes there. */
  readonly path: string;
  /** The one kubeconfig to use. */
  readonly kubeconfig: string;
  readonly context?: string;
}

/** What a runner's environment may hold that would send helm to another cluster, namespace or identity. */
const overrides = [
  'HELM_CONTENT_CACHE',
  'HELM_DEBUG',
  'HELM_KUBEAPISERVER',
  'HELM_KUBEASGROUPS',
  'HELM_KUBEASUSER',
  'HELM_KUBECAFILE',
  'HELM_KUBEINSECURE_SKIP_TLS_VERIFY',
  'HELM_KUBETLS_SERVER_NAME',
  'HELM_KUBETOKEN',
  'HELM_NAMESPACE',
];

/** Helm's environment: no file of the user's home is read or written, and so none is shared between two jobs. */
export const helmEnvironment = (home: HelmHome): Record<string, string | undefined> => ({
  ...Object.fromEntries(overrides.map((name) => [name, undefined])),
  HELM_CONFIG_HOME: join(home.path, 'config'),
  HELM_CACHE_HOME: join(home.path, 'cache'),
  HELM_DATA_HOME: join(home.path, 'data'),
  HELM_PLUGINS: join(home.path, 'data', 'plugins'),
  HELM_REPOSITORY_CONFIG: repositoriesFile(home.path),
  HELM_REPOSITORY_CACHE: join(home.path, 'cache', 'repository'),
  HELM_REGISTRY_CONFIG: registryFile(home.path),
  HELM_KUBECONTEXT: home.context,
  KUBECONFIG: home.kubeconfig,
});

export const repositoriesFile = (home: string): string => join(home, 'repositories.yaml');
export const registryFile = (home: string): string => join(home, 'registry.json');

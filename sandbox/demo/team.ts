import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { loadAll } from 'js-yaml';
import { teamRepository } from '../act/team-repository.ts';
import type { TeamRepository } from '../act/team-repository.ts';
import type { Sandbox } from '../client.ts';
import { createDatabase } from './database.ts';
import { kubectlFor } from './kubectl.ts';
import type { Kubectl } from './kubectl.ts';

const root = join(import.meta.dirname, '..', '..');

/** Where the example workflow ships to, by the environment's name. */
export const namespaces = { staging: 'shop-staging', production: 'shop-production' } as const;
export type EnvironmentName = keyof typeof namespaces;

/** Where the team keeps the examples of workflows-examples/. */
export const workflowFiles = {
  release: '.github/workflows/release-to-kubernetes.yml',
  emergency: '.github/workflows/emergency-rollback.yml',
  build: '.github/workflows/build-and-release.yml',
} as const;

/** A team as the READMEs ask for it: a chart, values, the example workflows, a deployer of few rights. */
export interface Team {
  readonly repository: TeamRepository;
  /** As the team stores it in a secret: a kubeconfig, base64. */
  readonly kubeconfig: string;
  /** The port of the host's loopback at which the service answers, once it has been shipped. */
  port(environment: EnvironmentName): Promise<number>;
  /** Removes both namespaces with all that is in them; resolves when nothing is left. */
  leave(): Promise<void>;
}

/** Sets a team up on the sandbox, in a folder of its own; whatever an earlier one left in its namespaces is removed. */
export async function newTeam(sandbox: Sandbox, folder: string): Promise<Team> {
  const kubectl = await kubectlFor(sandbox.kubeconfig);
  const [, repository] = await Promise.all([
    removeNamespaces(kubectl),
    teamRepository(folder, {
      'charts/shop': join(root, 'sandbox', 'charts', 'shop'),
      app: join(root, 'sandbox', 'service'),
    }),
  ]);
  for (const namespace of Object.values(namespaces)) await createNamespace(kubectl, namespace);
  await createDatabase(kubectl, namespaces.production, sandbox.registry);
  return {
    repository,
    kubeconfig: Buffer.from(await deployerKubeconfig(kubectl, sandbox)).toString('base64'),
    async port(environment) {
      const query = ['get', 'service', 'shop', '--output', 'jsonpath={.spec.ports[0].nodePort}'];
      return Number(await kubectl(['--namespace', namespaces[environment], ...query]));
    },
    leave: () => removeNamespaces(kubectl),
  };
}

const appFiles = join(import.meta.dirname, 'app');

/** What the team commits first: the example workflows as they are published, values for each environment, how it builds. */
export async function firstFiles(): Promise<Record<string, string>> {
  const examples = Object.values(workflowFiles).map(async (path) => {
    const text = await readFile(join(root, 'workflows-examples', basename(path)), 'utf8');
    return [path, text] as const;
  });
  return {
    ...Object.fromEntries(await Promise.all(examples)),
    '.github/slipway.yml': await readFile(join(appFiles, 'slipway.yml'), 'utf8'),
    'app/Dockerfile': await readFile(join(appFiles, 'Dockerfile'), 'utf8'),
    'app/.dockerignore': await readFile(join(appFiles, '.dockerignore'), 'utf8'),
    'deploy/values-staging.yaml': values(2),
    'deploy/values-production.yaml': values(2),
  };
}

/** A busy node's kube-proxy may take more than a second to forget a pod: the way out is longer than the chart's default. */
const values = (replicas: number): string => `replicas: ${replicas}
preStop: 3s
service:
  type: NodePort
`;

/**
 * What runs goes first and without its time to drain, since nobody uses it any more: a namespace is looked at again
 * only after half the grace period of the pods that it still had.
 */
async function removeNamespaces(kubectl: Kubectl): Promise<void> {
  const all = Object.values(namespaces);
  const running = [
    'deployments,statefulsets,replicasets,pods',
    '--all',
    '--grace-period=0',
    '--force',
    '--wait=false',
  ];
  await Promise.all(all.map((namespace) => kubectl(['--namespace', namespace, 'delete', ...running])));
  await kubectl(['delete', 'namespace', ...all, '--ignore-not-found', '--timeout=60s']);
}

const deployer = 'release-pipeline';

/** One deployer for both: act knows no secrets of an environment, so both jobs get the same kubeconfig. */
async function createNamespace(kubectl: Kubectl, namespace: string): Promise<void> {
  const roles = await Promise.all(['deploy-helm', 'smoke-test', 'rollback', 'backup-db'].map(documentedRole));
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: deployer, namespace } },
    ...roles.flatMap((role) => [
      { ...role, metadata: { ...role.metadata, namespace } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: role.metadata.name, namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.metadata.name },
        subjects: [{ kind: 'ServiceAccount', name: deployer, namespace: namespaces.staging }],
      },
    ]),
  ];
  await kubectl(
    ['create', '--filename', '-'],
    objects.map((object) => JSON.stringify(object)).join('\n---\n'),
  );
}

/** Exactly the Role that the action's README tells a team to create: if it lacks something, the story must fail. */
async function documentedRole(action: string): Promise<{ metadata: { name: string } }> {
  const readme = await readFile(join(root, 'actions', action, 'README.md'), 'utf8');
  const [, yaml] = /<!-- role -->\s*```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
  if (yaml === undefined) throw new Error(`actions/${action}/README.md has no <!-- role --> block`);
  return loadAll(yaml)[0] as { metadata: { name: string } };
}

async function deployerKubeconfig(kubectl: Kubectl, sandbox: Sandbox): Promise<string> {
  const ask = ['--namespace', namespaces.staging, 'create', 'token', deployer, '--duration=1h'];
  const token = (await kubectl(ask)).trim();
  const ca = Buffer.from(sandbox.ca).toString('base64');
  return `apiVersion: v1
kind: Config
current-context: sandbox
clusters:
  - name: sandbox
    cluster: { server: '${sandbox.apiUrl}', certificate-authority-data: ${ca} }
users:
  - name: ${deployer}
    user: { token: ${token} }
contexts:
  - name: sandbox
    context: { cluster: sandbox, user: ${deployer} }
`;
}

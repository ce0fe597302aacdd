/** Who deploys: a ServiceAccount that may do what the action's README says it needs, and nothing else. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { typeOf } from './namespace.ts';
import type { TestNamespace } from './namespace.ts';
import { tool } from './tools.ts';

const readmeOf = (action: string): URL => new URL(`../../../actions/${action}/README.md`, import.meta.url);
const rbac = 'rbac.authorization.k8s.io/v1';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface Identity {
  /** As the audit log names it. */
  readonly user: string;
  readonly token: string;
  readonly kubeconfig: string;
}

/** The rules of a Role that the README of an action shows; `role: database` is that of input `database`, `role: cronjob` that of a CronJob, `role: dry-run` that of one who only looks. */
export function minimalRole(
  action = 'deploy-helm',
  mark: 'role' | 'role: database' | 'role: cronjob' | 'role: dry-run' = 'role',
): readonly Rule[] {
  const readme = readFileSync(readmeOf(action), 'utf8');
  const form = new RegExp(`<!-- ${mark} -->\\s*\`\`\`yaml\\n(.*?)\`\`\`\\s*<!-- /${mark} -->`, 's');
  const [, yaml] = form.exec(readme) ?? [];
  if (yaml === undefined) throw new Error(`the README of ${action} shows no such Role: ${mark}`);
  return (load(yaml) as { readonly rules: readonly Rule[] }).rules;
}

/** A ServiceAccount bound to a Role of these rules, and a kubeconfig that holds a token of it. */
export async function identityIn(
  namespace: TestNamespace,
  rules: readonly Rule[],
  name = 'deployer',
): Promise<Identity> {
  const subjects = [{ kind: 'ServiceAccount', name, namespace: namespace.name }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  await Promise.all([
    namespace.create('v1 ServiceAccount', name),
    namespace.create(`${rbac} Role`, name, { rules }),
    namespace.create(`${rbac} RoleBinding`, name, { subjects, roleRef }),
  ]);
  const token = await requestToken(namespace, name);
  return {
    user: `system:serviceaccount:${namespace.name}:${name}`,
    token,
    kubeconfig: kubeconfigOf(namespace, token),
  };
}

/** Lets an identity do this in the whole cluster, until the end of the scope. */
export async function grantClusterWide(
  namespace: TestNamespace,
  rules: readonly Rule[],
  account = 'deployer',
): Promise<AsyncDisposable> {
  const { name } = namespace;
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace: name }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  await namespace.create(`${rbac} ClusterRole`, name, { rules }, '');
  await namespace.create(`${rbac} ClusterRoleBinding`, name, { subjects, roleRef }, '');
  return {
    async [Symbol.asyncDispose]() {
      await namespace.kube.delete(typeOf(`${rbac} ClusterRoleBinding`), '', name);
      await namespace.kube.delete(typeOf(`${rbac} ClusterRole`), '', name);
    },
  };
}

/** By TokenRequest, as `kubectl create token` asks for it. */
async function requestToken({ name: namespace, sandbox }: TestNamespace, account: string): Promise<string> {
  const kubectl = await tool('kubectl');
  const argv = ['create', 'token', account, '--namespace', namespace, '--kubeconfig', sandbox.kubeconfig];
  return (await promisify(execFile)(kubectl, argv)).stdout.trim();
}

/** JSON is YAML. `server` is the sandbox's own unless given. */
export function kubeconfigOf(
  { name: namespace, sandbox }: TestNamespace,
  token: string,
  server = sandbox.apiUrl,
): string {
  const ca = Buffer.from(sandbox.ca).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sandbox',
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'deployer', namespace } }],
    clusters: [{ name: 'sandbox', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'deployer', user: { token } }],
  });
}

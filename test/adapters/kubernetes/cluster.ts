/** A namespace of its own in the sandbox's cluster, and clients of it: the administrator's and a restricted one's. */
import { randomUUID } from 'node:crypto';
import { kubeClient } from '../../../lib/adapters/kubernetes/client.ts';
import { connectionTo } from '../../../lib/adapters/kubernetes/kubeconfig.ts';
import type { ClusterAccess } from '../../../lib/domain/cluster.ts';
import type { KubeObject, ResourceType } from '../../../lib/domain/kubernetes.ts';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { Kube, WatchEvent, WatchTarget } from '../../../lib/ports/kube.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import type { Sandbox } from '../../../sandbox/client.ts';

export function typeOf(apiVersion: string, kind: string): ResourceType {
  const type = builtInType({ apiVersion, kind });
  if (type === undefined) throw new Error(`${apiVersion} ${kind} is not built in`);
  return type;
}

const namespaces = typeOf('v1', 'Namespace');
const secrets = typeOf('v1', 'Secret');

export class TestCluster implements AsyncDisposable {
  readonly namespace = `kube-${randomUUID().slice(0, 8)}`;
  readonly sandbox: Sandbox = sandboxEnv();
  readonly kube: Kube;
  readonly debug: string[] = [];
  readonly #clients: Kube[] = [];

  private constructor() {
    this.kube = this.client({ kind: 'file', path: this.sandbox.kubeconfig });
  }

  static async open(): Promise<TestCluster> {
    const cluster = new TestCluster();
    const metadata = { name: cluster.namespace };
    await cluster.kube.create(namespaces, '', { apiVersion: 'v1', kind: 'Namespace', metadata });
    return cluster;
  }

  client(access: ClusterAccess): Kube {
    const connection = connectionTo(access, { clock: systemClock, proxy: {}, mask: () => {} });
    const debug = (line: string): number => this.debug.push(line);
    const kube = kubeClient(connection, { userAgent: 'slipway/test', clock: systemClock, debug });
    this.#clients.push(kube);
    return kube;
  }

  create(apiVersion: string, kind: string, name: string, rest: object = {}): Promise<KubeObject> {
    const object = { apiVersion, kind, metadata: { name }, ...rest };
    return this.kube.create(typeOf(apiVersion, kind), this.namespace, object);
  }

  /** A client as a ServiceAccount that may do just this. */
  async restricted(rules: readonly object[]): Promise<Kube> {
    const name = `restricted-${randomUUID().slice(0, 8)}`;
    const rbac = 'rbac.authorization.k8s.io/v1';
    await this.create('v1', 'ServiceAccount', name);
    await this.create(rbac, 'Role', name, { rules });
    const subjects = [{ kind: 'ServiceAccount', name, namespace: this.namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
    await this.create(rbac, 'RoleBinding', name, { subjects, roleRef });
    const metadata = { name, annotations: { 'kubernetes.io/service-account.name': name } };
    await this.create('v1', 'Secret', name, { type: 'kubernetes.io/service-account-token', metadata });
    const token = await this.#tokenIn(name);
    return this.client({ kind: 'token', server: this.sandbox.apiUrl, ca: this.sandbox.ca, token });
  }

  /** Collects a watch's events until there is one that `last` accepts. */
  async watchUntil(
    kube: Kube,
    target: WatchTarget,
    last: (event: WatchEvent) => boolean,
  ): Promise<WatchEvent[]> {
    const stop = new AbortController();
    const seen: WatchEvent[] = [];
    await new Promise<void>((resolve) =>
      kube.watch(
        target,
        (event) => {
          seen.push(event);
          if (last(event)) resolve();
        },
        stop.signal,
      ),
    );
    stop.abort();
    return seen;
  }

  async #tokenIn(name: string): Promise<string> {
    let token = '';
    const tokenOf = (object: KubeObject): string =>
      (object['data'] as { token?: string } | undefined)?.token ?? '';
    const target = { resource: secrets, namespace: this.namespace, fieldSelector: `metadata.name=${name}` };
    await this.watchUntil(this.kube, target, (event) => {
      const objects = event.type === 'listed' ? event.objects : 'object' in event ? [event.object] : [];
      token = objects.map(tokenOf).find((text) => text !== '') ?? '';
      return token !== '';
    });
    return Buffer.from(token, 'base64').toString('utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kube.delete(namespaces, '', this.namespace);
    for (const client of this.#clients) client.close();
  }
}

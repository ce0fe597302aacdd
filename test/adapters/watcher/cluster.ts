/** A namespace of its own in the sandbox, and a way to change things in it as Helm would. */
import { kubeClient } from '../../../lib/adapters/kubernetes/client.ts';
import { connectionTo } from '../../../lib/adapters/kubernetes/kubeconfig.ts';
import { kubeWatcher } from '../../../lib/adapters/watcher/watcher.ts';
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { Following } from '../../../lib/ports/rollout.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import { pushServiceImage } from '../../../sandbox/service/image.ts';

type Named = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
};

const typeOf = (about: Pick<KubeObject, 'apiVersion' | 'kind'>) => {
  const type = builtInType(about);
  if (type === undefined) throw new Error(`${about.apiVersion} ${about.kind} is not built in`);
  return type;
};
const namespaces = typeOf({ apiVersion: 'v1', kind: 'Namespace' });

export class TestNamespace implements AsyncDisposable {
  readonly name: string;
  readonly kube: Kube;
  readonly warnings: string[] = [];
  readonly image: string;
  readonly #following: Following[] = [];

  private constructor(name: string, kube: Kube, image: string) {
    this.name = name;
    this.kube = kube;
    this.image = image;
  }

  static async open(purpose: string): Promise<TestNamespace> {
    const { kubeconfig, registry } = sandboxEnv();
    const { ref } = await pushServiceImage({ registry, version: 'v1' });
    const access = { kind: 'file', path: kubeconfig } as const;
    const connection = connectionTo(access, { clock: systemClock, proxy: {}, mask: () => undefined });
    const kube = kubeClient(connection, {
      userAgent: 'slipway-test',
      clock: systemClock,
      debug: () => undefined,
    });
    const name = `watcher-${purpose}-${Date.now().toString(36)}`;
    await kube.create(namespaces, '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return new TestNamespace(name, kube, ref);
  }

  id(about: Named): ObjectId {
    const { apiVersion, kind, metadata } = about;
    return { apiVersion, kind, namespace: typeOf(about).namespaced ? this.name : '', name: metadata.name };
  }

  create(draft: Named & { readonly spec: unknown }): Promise<KubeObject> {
    const namespace = typeOf(draft).namespaced ? this.name : '';
    return this.kube.create(typeOf(draft), namespace, draft);
  }

  patch(about: Named, patch: unknown): Promise<KubeObject> {
    return this.kube.patch(typeOf(about), this.name, about.metadata.name, patch);
  }

  follow(...gated: ObjectId[]): Following {
    const log = { warn: (line: string) => this.warnings.push(line) };
    const following = kubeWatcher({ kube: this.kube, clock: systemClock, log }).follow(gated, {});
    this.#following.push(following);
    return following;
  }

  /** Container of the sample service. */
  container(command: readonly string[] = ['/service'], env: Readonly<Record<string, string>> = {}) {
    return {
      name: 'app',
      image: this.image,
      command,
      env: Object.entries(env).map(([name, value]) => ({ name, value })),
      readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 },
    };
  }

  /** spec.selector and spec.template of a workload. */
  template(app: string, spec: Record<string, unknown> = { containers: [this.container()] }) {
    return {
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 0, ...spec } },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const following of this.#following) following.close();
    await this.kube.delete(namespaces, '', this.name);
    this.kube.close();
  }
}

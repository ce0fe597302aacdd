/** A namespace of its own in the sandbox's cluster, as an administrator sees it. */
import { randomUUID } from 'node:crypto';
import { kubeClient } from '../../../lib/adapters/kubernetes/client.ts';
import { connectionTo } from '../../../lib/adapters/kubernetes/kubeconfig.ts';
import type { KubeObject, ResourceType } from '../../../lib/domain/kubernetes.ts';
import { builtInType } from '../../../lib/domain/resource-types.ts';
import type { Kube } from '../../../lib/ports/kube.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import type { Sandbox } from '../../../sandbox/client.ts';

/** `Deployment` of `apps/v1`, as `apps/v1 Deployment`; core's are written `v1 Secret`. */
export type KindName = `${string} ${string}`;

export const typeOf = (kind: KindName): ResourceType => {
  const [apiVersion = '', name = ''] = kind.split(' ');
  const type = builtInType({ apiVersion, kind: name });
  if (type === undefined) throw new Error(`${kind} is not built in`);
  return type;
};

/** What a release may bring or leave, but for what the cluster itself makes of it. */
const footprintKinds: readonly KindName[] = [
  'v1 Secret',
  'v1 ConfigMap',
  'v1 Service',
  'v1 Pod',
  'v1 PersistentVolumeClaim',
  'apps/v1 Deployment',
  'apps/v1 StatefulSet',
  'apps/v1 DaemonSet',
  'batch/v1 Job',
  'autoscaling/v2 HorizontalPodAutoscaler',
  'coordination.k8s.io/v1 Lease',
];

export class TestNamespace implements AsyncDisposable {
  readonly name: string;
  readonly sandbox: Sandbox = sandboxEnv();
  readonly kube: Kube;

  private constructor() {
    this.name = `e2e-${randomUUID().slice(0, 8)}`;
    const connection = connectionTo(
      { kind: 'file', path: this.sandbox.kubeconfig },
      { clock: systemClock, proxy: {}, mask: () => {} },
    );
    this.kube = kubeClient(connection, { userAgent: 'slipway-e2e', clock: systemClock, debug: () => {} });
  }

  /** Ready for pods: the cluster gives each namespace a ServiceAccount and a ConfigMap a moment after its birth. */
  static async open(): Promise<TestNamespace> {
    const opened = new TestNamespace();
    await opened.create('v1 Namespace', opened.name, {}, '');
    await Promise.all([
      opened.until('v1 ServiceAccount', 'default'),
      opened.until('v1 ConfigMap', 'kube-root-ca.crt'),
    ]);
    return opened;
  }

  create(kind: KindName, name: string, rest: object = {}, namespace = this.name): Promise<KubeObject> {
    const [apiVersion = '', kindName = ''] = kind.split(' ');
    const { metadata, ...others } = rest as { metadata?: object };
    const object = { apiVersion, kind: kindName, metadata: { ...metadata, name }, ...others };
    return this.kube.create(typeOf(kind), namespace, object);
  }

  get(kind: KindName, name: string): Promise<KubeObject | undefined> {
    return this.kube.get(typeOf(kind), this.name, name);
  }

  list(kind: KindName): Promise<readonly KubeObject[]> {
    return this.kube.list({ resource: typeOf(kind), namespace: this.name });
  }

  patch(kind: KindName, name: string, patch: object): Promise<KubeObject> {
    return this.kube.patch(typeOf(kind), this.name, name, patch);
  }

  /** Resolves with the object as soon as it is there and `fits`; rejects after a minute, with what was seen last. */
  async until(
    kind: KindName,
    name: string,
    fits: (object: KubeObject) => boolean = () => true,
  ): Promise<KubeObject> {
    const stop = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<KubeObject>((resolve, reject) => {
        let last: KubeObject | undefined;
        const look = (object: KubeObject): void => {
          if (object.metadata.name !== name) return;
          last = object;
          if (fits(object)) resolve(object);
        };
        const seen = (): string => JSON.stringify(last?.status ?? 'it was never there');
        timer = setTimeout(() => reject(new Error(`${kind} ${name} did not become so: ${seen()}`)), 60_000);
        this.kube.watch(
          { resource: typeOf(kind), namespace: this.name, fieldSelector: `metadata.name=${name}` },
          (event) => {
            if (event.type === 'listed') event.objects.forEach(look);
            if (event.type === 'changed') look(event.object);
          },
          stop.signal,
        );
      });
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  }

  /**
   * Every object that somebody could have brought, and its version: equal before and after means untouched. What is on
   * its way out anyway is left out, for it goes by itself meanwhile.
   */
  async footprint(): Promise<string[]> {
    const lists = await Promise.all(footprintKinds.map((kind) => this.list(kind)));
    return lists
      .flatMap((objects, i) =>
        objects
          .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
          .map(({ metadata }) => `${footprintKinds[i]} ${metadata.name} ${metadata.resourceVersion}`),
      )
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kube.delete(typeOf('v1 Namespace'), '', this.name);
    this.kube.close();
  }
}

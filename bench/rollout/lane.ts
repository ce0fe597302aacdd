/** One tool's place in the cluster: a namespace, an identity of its own, and the chart as it is next to be. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Milliseconds } from '../../lib/domain/duration.ts';
import type { ServiceImage } from '../../sandbox/service/image.ts';
import { identityIn, minimalRole } from '../../test/e2e/support/identity.ts';
import type { Identity } from '../../test/e2e/support/identity.ts';
import { TestNamespace } from '../../test/e2e/support/namespace.ts';
import { tool } from '../../test/e2e/support/tools.ts';
import { Pods } from './pods.ts';
import type { Shape } from './shape.ts';
import type { Tool } from './tools.ts';

/** A change of every pod, and what is needed to make it. */
export interface Change {
  readonly stamp: string;
  readonly image: ServiceImage;
  /** How long each pod is held back before it is scheduled. */
  readonly hold?: Milliseconds;
  readonly faults?: Readonly<Record<string, string>>;
}

export class Lane implements AsyncDisposable {
  readonly tool: Tool;
  readonly shape: Shape;
  readonly namespace: TestNamespace;
  readonly identity: Identity;
  /** Holds `helm` alone: first on PATH. */
  readonly bin: string;
  readonly kubeconfig: string;
  readonly #folder: string;
  readonly #pods: Pods;

  private constructor(
    tool: Tool,
    shape: Shape,
    namespace: TestNamespace,
    identity: Identity,
    folder: string,
  ) {
    this.tool = tool;
    this.shape = shape;
    this.namespace = namespace;
    this.identity = identity;
    this.bin = join(folder, 'bin');
    this.kubeconfig = join(folder, 'kubeconfig');
    this.#folder = folder;
    this.#pods = new Pods(namespace);
  }

  static async open(contestant: Tool, shape: Shape): Promise<Lane> {
    const namespace = await TestNamespace.open();
    const identity = await identityIn(namespace, minimalRole());
    const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
    const lane = new Lane(contestant, shape, namespace, identity, folder);
    await mkdir(lane.bin);
    await symlink(await tool(contestant.helm), join(lane.bin, 'helm'));
    await writeFile(lane.kubeconfig, identity.kubeconfig, { mode: 0o600 });
    return lane;
  }

  get home(): string {
    return this.#folder;
  }

  /** Makes ready for a change; returns its values file, which is the same for every tool. JSON is YAML. */
  async prepare({ stamp, image, hold = 0, faults = {} }: Change): Promise<string> {
    const { workloads, replicas } = this.shape;
    const [registry, ...repository] = image.ref.slice(0, image.ref.lastIndexOf(':')).split('/');
    const { tag, digest } = image;
    const reference = { registry, repository: repository.join('/'), tag, digest };
    const path = join(this.#folder, 'values.yaml');
    this.#pods.hold = hold;
    const pods = { image: reference, stamp, schedulingGate: hold === 0 ? '' : 'bench/hold', faults };
    await writeFile(path, JSON.stringify({ count: workloads, replicas, surge: replicas, ...pods }));
    return path;
  }

  /** Resolves when just the pods that are wanted are there: one round's end must not slow the next. */
  settled(): Promise<void> {
    return this.#pods.settled(this.shape.workloads * this.shape.replicas);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pods[Symbol.dispose]();
    await this.namespace[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

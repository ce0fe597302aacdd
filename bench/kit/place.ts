/** Where one tool works: a namespace, an identity of its own, and a helm that is alone on its PATH. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityIn, minimalRole } from '../../test/e2e/support/identity.ts';
import type { Identity } from '../../test/e2e/support/identity.ts';
import { TestNamespace } from '../../test/e2e/support/namespace.ts';
import { tool } from '../../test/e2e/support/tools.ts';
import type { Major } from '../../test/e2e/support/tools.ts';
import { Pods } from './pods.ts';

export class Place implements AsyncDisposable {
  readonly namespace: TestNamespace;
  readonly identity: Identity;
  readonly pods: Pods;
  /** Where files of this tool lie; goes at the end. */
  readonly home: string;

  private constructor(namespace: TestNamespace, identity: Identity, home: string) {
    this.namespace = namespace;
    this.identity = identity;
    this.pods = new Pods(namespace);
    this.home = home;
  }

  static async open(helm: Major): Promise<Place> {
    const namespace = await TestNamespace.open();
    const identity = await identityIn(namespace, minimalRole());
    const place = new Place(namespace, identity, await mkdtemp(join(tmpdir(), 'slipway-bench-')));
    await mkdir(place.bin);
    await symlink(await tool(helm), join(place.bin, 'helm'));
    await writeFile(place.kubeconfig, identity.kubeconfig, { mode: 0o600 });
    return place;
  }

  /** Holds `helm` alone: first on PATH. */
  get bin(): string {
    return join(this.home, 'bin');
  }

  get kubeconfig(): string {
    return join(this.home, 'kubeconfig');
  }

  /** For a program: who it is in the cluster. */
  get programEnv(): Readonly<Record<string, string>> {
    return { HOME: this.home, KUBECONFIG: this.kubeconfig };
  }

  /** For a step: which helm it finds. */
  get stepEnv(): Readonly<Record<string, string>> {
    return { PATH: `${this.bin}:${process.env['PATH']}`, HOME: this.home };
  }

  /** For a step: where it works, and as whom. */
  get stepInputs(): Readonly<Record<string, string>> {
    return { namespace: this.namespace.name, kubeconfig: this.identity.kubeconfig };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pods[Symbol.dispose]();
    await this.namespace[Symbol.asyncDispose]();
    await rm(this.home, { recursive: true, force: true });
  }
}

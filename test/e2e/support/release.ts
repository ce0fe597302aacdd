/** A release of a chart of the sandbox in a namespace of its own, deployed by one who may do just what is needed. */
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startGitHub } from '../../../sandbox/github/server.ts';
import type { GitHub } from '../../../sandbox/github/server.ts';
import { sandboxEnv } from '../../../sandbox/client.ts';
import { pushServiceImage } from '../../../sandbox/service/image.ts';
import type { ServiceImage } from '../../../sandbox/service/image.ts';
import { identityIn, minimalRole } from './identity.ts';
import type { Identity, Rule } from './identity.ts';
import { TestNamespace } from './namespace.ts';
import { root, startStep } from './step.ts';
import type { Ending, Step, With } from './step.ts';
import { tool } from './tools.ts';
import type { Major } from './tools.ts';

export interface ReleaseOrder {
  /** Helm 4 unless given. */
  readonly helm?: Major;
  /** A chart of sandbox/charts, or a path; `shop` unless given. */
  readonly chart?: string;
  /** What the chart brings beyond the minimal Role. */
  readonly rules?: readonly Rule[];
  /** For every deploy of this release. */
  readonly values?: object;
  readonly with?: With;
}

/** One line of `helm history`. */
export interface HistoryLine {
  readonly revision: number;
  readonly status: string;
  readonly description: string;
}

/** Nothing drains and one replica is enough, unless a test is about it. */
const quick = { replicas: 1, preStop: '', drain: '0s', terminationGracePeriodSeconds: 1 };

export class Release implements AsyncDisposable {
  readonly name = 'shop';
  readonly namespace: TestNamespace;
  readonly identity: Identity;
  readonly github: GitHub;
  /** Where a test may write; goes at the end. */
  readonly folder: string;
  /** v1 of the sample service, which a deploy gets unless it says otherwise. */
  readonly image: ServiceImage;
  readonly #order: ReleaseOrder;
  #rollingBack: Promise<Identity> | undefined;
  #runs = 1000;

  constructor(
    namespace: TestNamespace,
    identity: Identity,
    github: GitHub,
    folder: string,
    order: ReleaseOrder,
    image: ServiceImage,
  ) {
    this.namespace = namespace;
    this.identity = identity;
    this.github = github;
    this.folder = folder;
    this.#order = order;
    this.image = image;
  }

  get chart(): string {
    const { chart = 'shop' } = this.#order;
    return chart.includes('/') ? chart : `sandbox/charts/${chart}`;
  }

  get defaultValues(): object {
    return { ...(this.chart === 'sandbox/charts/shop' ? quick : {}), ...this.#order.values };
  }

  /** Main and post of one deploy in a job of its own. */
  async deploy(inputs: With = {}, secrets: readonly string[] = []): Promise<Ending> {
    return (await this.start(inputs, secrets)).ended;
  }

  start(inputs: With = {}, secrets: readonly string[] = []): Promise<Step> {
    const { values = {}, ...others } = inputs;
    const deploy = {
      chart: this.chart,
      images: `image=${this.image.pinned}`,
      ...this.#order.with,
      values: typeof values === 'object' ? { ...this.defaultValues, ...values } : values,
      ...others,
    };
    return this.startAction('deploy-helm', deploy, secrets);
  }

  /** Main and post of one rollback in a job of its own. */
  async rollBack(inputs: With = {}): Promise<Ending> {
    return (await this.startAction('rollback', inputs)).ended;
  }

  /** Main and post of one smoke test in a job of its own. */
  async smokeTest(inputs: With = {}, secrets: readonly string[] = []): Promise<Ending> {
    return (await this.startAction('smoke-test', inputs, secrets)).ended;
  }

  /** Any action that works on this release. */
  async startAction(action: string, inputs: With, secrets: readonly string[] = []): Promise<Step> {
    const { kubeconfig, token } = action === 'rollback' ? await this.rollingBack() : this.identity;
    return startStep({
      action,
      inputs: {
        ...(action === 'smoke-test' ? {} : { release: this.name }),
        namespace: this.namespace.name,
        kubeconfig: Buffer.from(kubeconfig).toString('base64'),
        timeout: '60s',
        'github-token': githubToken,
        ...inputs,
      },
      env: {
        PATH: `${join(this.folder, 'bin')}:${process.env['PATH']}`,
        HOME: this.folder,
        GITHUB_WORKSPACE: root,
        GITHUB_API_URL: this.github.url,
        GITHUB_RUN_ID: String((this.#runs += 1)),
      },
      secrets: [token, kubeconfig, githubToken, ...secrets],
      commands: join(this.folder, 'commands'),
    });
  }

  /** Who rolls back may do what the README of rollback says, and not what deploy-helm may. */
  rollingBack(): Promise<Identity> {
    const rules = [...minimalRole('rollback'), ...(this.#order.rules ?? [])];
    return (this.#rollingBack ??= identityIn(this.namespace, rules, 'rollback'));
  }

  /** Helm by hand, as an administrator at a terminal. */
  async helm(...argv: readonly string[]): Promise<string> {
    const program = await tool(this.#order.helm ?? 'helm4');
    return (await promisify(execFile)(program, [...argv, ...this.#where], { cwd: root })).stdout;
  }

  /** The same, to be switched off in the middle. */
  async startHelm(...argv: readonly string[]): Promise<{ kill(): Promise<void> }> {
    const program = await tool(this.#order.helm ?? 'helm4');
    const child = spawn(program, [...argv, ...this.#where], { cwd: root, stdio: 'ignore' });
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    return {
      kill: () => {
        child.kill('SIGKILL');
        return gone;
      },
    };
  }

  get #where(): string[] {
    return ['--namespace', this.namespace.name, '--kubeconfig', this.namespace.sandbox.kubeconfig];
  }

  /** Oldest first. */
  async history(): Promise<HistoryLine[]> {
    return JSON.parse(await this.helm('history', this.name, '--output', 'json')) as HistoryLine[];
  }

  /** `1 superseded`, `2 deployed`: the history in short. */
  async statuses(): Promise<string[]> {
    return (await this.history()).map(({ revision, status }) => `${revision} ${status}`);
  }

  /** `#1 verified`, `#2 rolled-back`: the ReleaseRecords in short, oldest first. */
  async records(): Promise<string[]> {
    const secrets = await this.namespace.list('v1 Secret');
    return secrets
      .flatMap(({ metadata: { labels = {} } }) =>
        labels['slipway.dev/seq'] === undefined
          ? []
          : [{ seq: Number(labels['slipway.dev/seq']), state: labels['slipway.dev/state'] }],
      )
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq, state }) => `#${seq} ${state}`);
  }

  async lease(): Promise<{ readonly holderIdentity?: string } | undefined> {
    const found = await this.namespace.get('coordination.k8s.io/v1 Lease', `slipway-${this.name}`);
    return found?.spec as { readonly holderIdentity?: string } | undefined;
  }

  /** The image that the workload's pods are asked to run. */
  async imageOf(
    kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
    name = this.name,
  ): Promise<string | undefined> {
    const found = await this.namespace.get(`apps/v1 ${kind}`, name);
    const { template } = (found?.spec ?? {}) as Partial<PodTemplate>;
    return template?.spec.containers[0]?.image;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { violations } = this.github;
    await this.github.close();
    await this.namespace[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
    if (violations.length > 0)
      throw new Error(`GitHub's description is broken: ${JSON.stringify(violations)}`);
  }
}

interface PodTemplate {
  readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
}

const githubToken = 'ghs_e2e0123456789abcdefghijklmnopqrstuv';

/** A namespace, an identity with the minimal Role, a helm on PATH and GitHub; all of it goes at the end. */
export async function release(order: ReleaseOrder = {}): Promise<Release> {
  const [namespace, image] = await Promise.all([TestNamespace.open(), serviceImage('v1')]);
  const identity = await identityIn(namespace, [...minimalRole(), ...(order.rules ?? [])]);
  const folder = await mkdtemp(join(tmpdir(), 'slipway-e2e-'));
  await putOnPath(folder, await tool(order.helm ?? 'helm4'));
  await symlink(await tool('kubectl'), join(folder, 'bin', 'kubectl'));
  return new Release(namespace, identity, await startGitHub(), folder, order, image);
}

/** The sample service in the sandbox's registry, by version. */
export const serviceImage = (version: string): Promise<ServiceImage> =>
  pushServiceImage({ registry: sandboxEnv().registry, version });

/** A `helm` that writes down how it was called, then is the real one: same process, same signals. */
async function putOnPath(folder: string, program: string): Promise<void> {
  const path = join(folder, 'bin', 'helm');
  await mkdir(join(folder, 'bin'));
  await writeFile(
    path,
    `#!/bin/sh\nprintf '%s\\n' "$*" >> '${join(folder, 'commands')}'\nexec '${program}' "$@"\n`,
  );
  await chmod(path, 0o755);
}

/** A repository that is checked out, a registry, and a builder: what build-push works with. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pushBase } from '../../../sandbox/images/base.ts';
import type { Base } from '../../../sandbox/images/base.ts';
import { startBuildkit } from '../../../sandbox/images/buildkit.ts';
import type { Buildkit } from '../../../sandbox/images/buildkit.ts';
import { startDistribution } from '../../../sandbox/images/distribution.ts';
import type { Registry } from '../../../sandbox/images/distribution.ts';
import { ensureTools } from '../../../sandbox/tools.ts';
import { startStep } from './step.ts';
import type { Ending, Step, With } from './step.ts';

const run = promisify(execFile);

export interface YardParts {
  readonly kit: Buildkit;
  readonly registry: Registry;
  /** `FROM` it: `127.0.0.1:…/base/busybox:1@sha256:…`, busybox for two platforms. */
  readonly base: Base;
  readonly stop: () => Promise<void>;
}

/** One builder and one registry for all tests of a file; each test has a repository of its own in it. */
export async function openYard(): Promise<YardParts> {
  const [kit, registry] = await Promise.all([startBuildkit(), startDistribution()]);
  const base = await pushBase({ registry: registry.address, platforms: ['linux/amd64', 'linux/arm64'] });
  const stop = async (): Promise<void> => void (await Promise.all([kit.stop(), registry.stop()]));
  return { kit, registry, base, stop };
}

export interface StepOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
}

/** A git repository in a folder of its own, and the steps that build it. */
export class Checkout implements AsyncDisposable {
  readonly folder: string;
  readonly image: string;
  readonly #parts: YardParts;
  readonly #bin: string;

  static async of(parts: YardParts, name: string): Promise<Checkout> {
    const home = await mkdtemp(join(tmpdir(), 'slipway-checkout-'));
    const bin = join(home, 'bin');
    await mkdir(bin);
    const tools = await ensureTools(['buildx', 'cosign']);
    await symlink(tools.buildx, join(bin, 'docker-buildx'));
    await symlink(tools.cosign, join(bin, 'cosign'));
    const checkout = new Checkout(parts, join(home, 'work'), `${parts.registry.address}/team/${name}`);
    await mkdir(checkout.folder);
    await run('git', ['init', '--quiet', '--initial-branch=main', checkout.folder]);
    return checkout;
  }

  private constructor(parts: YardParts, folder: string, image: string) {
    this.#parts = parts;
    this.folder = folder;
    this.image = image;
    this.#bin = join(dirname(folder), 'bin');
  }

  get home(): string {
    return dirname(this.folder);
  }

  /** Writes files and commits them, at a date of their own; returns the commit. */
  async commit(files: Readonly<Record<string, string>>, date = '2026-01-02T03:04:05Z'): Promise<string> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, name)), { recursive: true });
      await writeFile(join(this.folder, name), text);
    }
    const who = { GIT_AUTHOR_NAME: 'ada', GIT_AUTHOR_EMAIL: 'a@test', GIT_AUTHOR_DATE: date };
    const env = {
      ...process.env,
      ...who,
      GIT_COMMITTER_NAME: 'ada',
      GIT_COMMITTER_EMAIL: 'a@test',
      GIT_COMMITTER_DATE: date,
    };
    await run('git', ['-C', this.folder, 'add', '--all']);
    await run('git', ['-C', this.folder, 'commit', '--quiet', '--message', 'change'], { env });
    const { stdout } = await run('git', ['-C', this.folder, 'rev-parse', 'HEAD']);
    return stdout.trim();
  }

  /** A Dockerfile over the base of the yard, and the file that it copies. */
  async shop(steps = '', app = 'one'): Promise<string> {
    const dockerfile = `FROM ${this.#parts.base.pinned}\nCOPY app /app\n${steps}\n`;
    return this.commit({ Dockerfile: dockerfile, app, '.dockerignore': '.git\n' });
  }

  env(): Record<string, string> {
    return {
      PATH: `${this.#bin}:${process.env['PATH'] ?? ''}`,
      HOME: this.home,
      GITHUB_WORKSPACE: this.folder,
      BUILDKIT_HOST: this.#parts.kit.address,
    };
  }

  async start(inputs: With, { env = {}, secrets = [] }: StepOptions = {}): Promise<Step> {
    return startStep({
      action: 'build-push',
      inputs: { images: this.image, ...inputs },
      env: { ...this.env(), ...env },
      secrets,
      commands: join(this.home, 'none'),
    });
  }

  async build(inputs: With = {}, options: StepOptions = {}): Promise<Ending> {
    return (await this.start(inputs, options)).ended;
  }

  /** What a tag stands for, by asking the registry itself. */
  async at(tag: string, image = this.image): Promise<string | undefined> {
    const answer = await fetch(manifestUrl(image, tag), { method: 'HEAD', headers: { accept: types } });
    return answer.status === 200 ? (answer.headers.get('docker-content-digest') ?? undefined) : undefined;
  }

  async manifest(reference: string, image = this.image): Promise<Manifest> {
    const answer = await fetch(manifestUrl(image, reference), { headers: { accept: types } });
    return (await answer.json()) as Manifest;
  }

  async labels(digest: string): Promise<Readonly<Record<string, string>>> {
    const { config } = await this.manifest(digest);
    const answer = await fetch(
      manifestUrl(this.image, '').replace(/manifests\/$/, `blobs/${config?.digest ?? ''}`),
    );
    return ((await answer.json()) as { config: { Labels: Record<string, string> } }).config.Labels;
  }

  async tags(image = this.image): Promise<string[]> {
    const answer = await fetch(manifestUrl(image, '').replace(/manifests\/$/, 'tags/list'));
    return answer.status === 200 ? (((await answer.json()) as { tags: string[] | null }).tags ?? []) : [];
  }

  /** `cosign.key` and `cosign.pub` beside the work tree, behind COSIGN_PASSWORD `hyacinth-7001`. */
  async makeKey(): Promise<void> {
    const env = { ...process.env, COSIGN_PASSWORD: 'hyacinth-7001' };
    await run(join(this.#bin, 'cosign'), ['generate-key-pair'], { cwd: this.home, env });
  }

  /** By cosign itself; rejects when there is no good one. */
  async verifySignature(ref: string): Promise<void> {
    const args = ['verify', '--key', join(this.home, 'cosign.pub'), '--insecure-ignore-tlog=true', ref];
    await run(join(this.#bin, 'cosign'), args, { env: { ...process.env, HOME: this.home } });
  }

  read(path: string): Promise<string> {
    return readFile(join(this.folder, path), 'utf8');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.home, { recursive: true, force: true });
  }
}

interface Manifest {
  readonly mediaType: string;
  readonly config?: { readonly digest: string };
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform?: { readonly architecture: string };
  }[];
  readonly annotations?: Readonly<Record<string, string>>;
}

const types = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

function manifestUrl(image: string, reference: string): string {
  const [host = '', ...path] = image.split('/');
  return `http://${host}/v2/${path.join('/')}/manifests/${reference}`;
}

import { parseInputs } from '../../../actions/build-push/inputs.ts';
import type { Left, Ports } from '../../../actions/build-push/ports.ts';
import type { BuildPushResult } from '../../../actions/build-push/result.ts';
import { buildPush } from '../../../actions/build-push/run.ts';
import type { BuildFailureKind } from '../../../lib/domain/build/failure.ts';
import { CancelledError } from '../../../lib/domain/errors.ts';
import type { Descriptor, RepositoryRef } from '../../../lib/domain/oci/types.ts';
import type { Actor } from '../../../lib/domain/record/types.ts';
import type { Builder, BuildOrder, BuildOutcome } from '../../../lib/ports/builder.ts';
import type { ImageCommandValues, ScanEnd } from '../../../lib/ports/scanner.ts';
import { describes, digestOf, MemoryRegistry, ociIndex, stored } from '../../support/memory-registry.ts';

export const image = 'a.test/shop';
export const primary: RepositoryRef = { registry: 'a.test', repository: 'shop' };

/** A workshop in memory: its builder pushes to its registry what its source says. */
export class Workshop {
  readonly registry: MemoryRegistry;
  readonly said: string[] = [];
  readonly built: BuildOrder[] = [];
  readonly scans: string[] = [];
  readonly signed = new Set<string>();
  readonly left: (Left | undefined)[] = [];
  readonly kept = new Map<string, string>();
  readonly removed: string[] = [];
  readonly slept: number[] = [];
  readonly cancel = new AbortController();
  /** Of the file that is copied in. */
  source = 'one';
  /** What the Dockerfile begins with, and the labels that it brings. */
  from = 'scratch';
  baseLabels: Readonly<Record<string, string>> = {};
  /** Other bytes at every build, as `RUN date` would give. */
  noise = '';
  commit = { sha: '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79', date: '2026-01-02T03:04:05Z' };
  ref = 'refs/heads/main';
  run = '1001';
  now = Date.parse('2026-01-03T00:00:00Z');
  /** What becomes of each build in turn; `pushed` once there is no more. */
  builds: (BuildFailureKind | 'pushed' | 'lost')[] = [];
  verifyExit: number | string = 0;
  scan: (image: Omit<ImageCommandValues, 'sarif'>) => Partial<ScanEnd> = () => ({});
  /** What happens while the build runs. */
  during: () => void | Promise<void> = () => undefined;
  ownBuilder = false;
  /** Whether a program is there. */
  programs: (program: string) => boolean = () => true;
  cosign: () => Promise<string> = async () => 'v2.6.1';

  constructor(registry = new MemoryRegistry()) {
    this.registry = registry;
  }

  async build(given: Readonly<Record<string, string>> = {}): Promise<BuildPushResult> {
    return buildPush(parseInputs({ images: image, tags: 'sha-{sha}', ...given }, this.env()), this.#ports());
  }

  env(): Record<string, string> {
    return {
      GITHUB_REF: this.ref,
      GITHUB_SHA: this.commit.sha,
      GITHUB_RUN_ID: this.run,
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_SERVER_URL: 'https://github.com',
    };
  }

  /** What a tag stands for, without asking. */
  at(tag: string, { registry, repository } = primary): string | undefined {
    return this.registry.at(registry, repository, tag);
  }

  #actor(): Actor {
    const { ref, run, commit } = this;
    return { repository: 'octo/shop', run, attempt: 1, job: '7', actor: 'ada', sha: commit.sha, ref };
  }

  #ports(): Ports {
    const say = (line: string): void => void this.said.push(line);
    const dockerfile = `FROM ${this.from}\nCOPY app /app\n`;
    return {
      builder: this.#builder(),
      registry: this.registry,
      tree: {
        read: async (path) => (path.endsWith('Dockerfile') ? dockerfile : undefined),
        list: async () => ({ entries: [{ path: 'app', mode: '100755', id: this.source }], dirty: [] }),
      },
      git: { head: async () => this.commit },
      scanner: {
        has: async (program) => this.programs(program),
        verify: async () => ({ exit: this.verifyExit, lastLines: ['it said no'] }),
        scan: async (_, asked) => {
          this.scans.push(asked.platform);
          return { exit: 0, lastLines: [], sarif: undefined, ...this.scan(asked) };
        },
      },
      signer: {
        version: () => this.cosign(),
        sign: async ({ digest }) => void this.signed.add(digest ?? ''),
        verify: async ({ digest }) =>
          this.signed.has(digest ?? '') ? { kind: 'good' } : { kind: 'none', why: 'no signatures found' },
      },
      files: {
        keep: (name, text) => {
          this.kept.set(name, text);
          return `/kept/${name}`;
        },
      },
      clock: {
        now: () => (this.now += 10),
        sleep: async (ms) => {
          this.slept.push(ms);
          this.now += ms;
        },
      },
      log: {
        info: say,
        warn: say,
        debug: () => {},
        group: (_, body) => body(),
        untrusted: () => {},
        mask: () => {},
      },
      workspace: '/work',
      environment: {},
      runnerPlatform: 'linux/amd64',
      actor: this.#actor(),
      signal: this.cancel.signal,
      leave: (left) => void this.left.push(left),
    };
  }

  #builder(): Builder {
    return {
      tool: async () => ({ version: '0.38.1', program: '/usr/bin/buildx' }),
      prepare: async (asked, _, { willMake }) => {
        if (this.ownBuilder) willMake('slipway-1');
        return { name: asked ?? 'slipway-1', driver: 'remote', ours: this.ownBuilder };
      },
      build: async (order, _, run = {}) => {
        this.built.push(order);
        await this.during();
        if (run.signal?.aborted === true) throw new CancelledError();
        return this.#outcome(order, this.builds.shift() ?? 'pushed');
      },
      remove: async (name) => void this.removed.push(name),
    };
  }

  async #outcome(order: BuildOrder, what: BuildFailureKind | 'pushed' | 'lost'): Promise<BuildOutcome> {
    if (what !== 'pushed' && what !== 'lost') {
      const failure = { kind: what, message: `${what} it is`, step: '[2/2] RUN make', lines: ['make: no'] };
      return { kind: 'failed', failure };
    }
    if (order.push === undefined || what === 'lost')
      return {
        kind: 'built',
        metadata: {
          digest: what === 'lost' ? `sha256:${'0'.repeat(64)}` : undefined,
          imageId: undefined,
          text: '{}',
        },
      };
    const digest = await this.#push(order, order.push);
    return { kind: 'built', metadata: { digest, imageId: undefined, text: '{"image.name":"shop"}' } };
  }

  async #push({ intent }: BuildOrder, to: RepositoryRef): Promise<string> {
    const platforms = intent.platforms.length === 0 ? ['linux/amd64'] : intent.platforms;
    const children: Descriptor[] = [];
    for (const platform of platforms) {
      const manifest = await this.#pushPlatform(platform, intent.labels, to);
      const [os = '', architecture = ''] = platform.split('/');
      children.push({ ...describes(manifest), platform: { os, architecture } });
    }
    const [only] = children;
    if (children.length === 1 && only !== undefined) return only.digest;
    const annotations = Object.fromEntries(
      intent.annotations.map((each) =>
        each
          .replace(/^index:/, '')
          .split(/=(.*)/s)
          .slice(0, 2),
      ),
    ) as Record<string, string>;
    const index = stored({ manifests: children, annotations }, ociIndex);
    await this.registry.putManifest({ ...to, digest: index.digest }, index);
    return index.digest;
  }

  async #pushPlatform(platform: string, labels: readonly string[], to: RepositoryRef) {
    const [os, architecture] = platform.split('/');
    const given = Object.fromEntries(labels.map((label) => label.split(/=(.*)/s).slice(0, 2))) as object;
    const Labels = { ...this.baseLabels, ...given };
    const blobs = [
      Buffer.from(JSON.stringify({ os, architecture, config: { Labels } })),
      Buffer.from(`${platform} ${this.source} ${this.noise}`),
    ];
    for (const blob of blobs) await this.registry.putBlob(to, blob);
    const [config, layer] = blobs.map((bytes) => ({ digest: digestOf(bytes), size: bytes.length }));
    const manifest = stored({
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
    });
    await this.registry.putManifest({ ...to, digest: manifest.digest }, manifest);
    return manifest;
  }
}

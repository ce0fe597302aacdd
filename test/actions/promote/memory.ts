import { parseInputs } from '../../../actions/promote/inputs.ts';
import type { Inputs } from '../../../actions/promote/inputs.ts';
import type { Ports } from '../../../actions/promote/ports.ts';
import { promote } from '../../../actions/promote/run.ts';
import type { PromoteResult } from '../../../actions/promote/run.ts';
import type { Trust } from '../../../lib/domain/promotion/trusted-signer.ts';
import type { PastDeployment } from '../../../lib/ports/github.ts';
import type { RepositoryRef, StoredManifest } from '../../../lib/ports/registry-store.ts';
import type { SignatureVerdict } from '../../../lib/ports/signer.ts';
import { actor } from '../../domain/record/samples.ts';
import { MemoryRegistry, describes, pushImage, pushIndex } from '../../support/memory-registry.ts';

export const staging: RepositoryRef = { registry: 'a.test', repository: 'staging/shop' };

export const env = {
  GITHUB_REPOSITORY: 'octo/shop',
  GITHUB_RUN_ID: '1001',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_SHA: '5f3c1c1d9e0b7a6f4d2e8c9b0a1f2e3d4c5b6a79',
  GITHUB_REF: 'refs/heads/main',
};

/** Registries, GitHub and cosign in memory, and what promote makes of them. */
export class Yard {
  readonly registry = new MemoryRegistry();
  readonly said: string[] = [];
  readonly warned: string[] = [];
  readonly kept = new Map<string, string>();
  readonly trusted: unknown[] = [];
  deployments: Record<string, PastDeployment[] | Error> = {};
  signature: SignatureVerdict | Error = { kind: 'none', why: 'no signatures found' };
  readonly stop = new AbortController();
  #now = 1_000_000;

  /** An index of two platforms, in staging. */
  async image(
    labels: Readonly<Record<string, string>> = {},
    name = 'shop',
    place = staging,
  ): Promise<StoredManifest> {
    const platforms = [];
    for (const architecture of ['amd64', 'arm64'])
      platforms.push(
        describes(await pushImage(this.registry, place, ['base', `${name} ${architecture}`], labels)),
      );
    return pushIndex(this.registry, place, platforms);
  }

  inputs(given: Readonly<Record<string, string>>): Inputs {
    return parseInputs(given, env);
  }

  promote(given: Readonly<Record<string, string>>): Promise<PromoteResult> {
    return promote(this.inputs(given), this.#ports());
  }

  #ports(): Ports {
    const found = (environment: string) => this.deployments[environment] ?? [];
    return {
      registry: this.registry,
      signer: {
        verify: async (_, signer: Trust | { kind: 'signing-key'; key: string }) => {
          this.trusted.push(signer);
          if (this.signature instanceof Error) throw this.signature;
          return this.signature;
        },
      },
      history: {
        async *deploymentsIn(environment) {
          const deployments = found(environment);
          if (deployments instanceof Error) throw deployments;
          yield* deployments;
        },
      },
      files: {
        writePrivate: async (name, text) => {
          this.kept.set(name, text);
          return `/tmp/${name}`;
        },
        keep: (name, text) => {
          this.kept.set(name, text);
          return name;
        },
      },
      clock: { now: () => (this.#now += 1), sleep: async (ms) => void (this.#now += ms) },
      log: {
        info: (line) => this.said.push(line),
        warn: (line) => this.warned.push(line),
        debug: () => {},
        group: (_, body) => body(),
        untrusted: () => {},
        mask: () => {},
      },
      actor,
      signal: this.stop.signal,
    };
  }
}

import type { Actor } from '../../lib/domain/record/types.ts';
import type { Builder } from '../../lib/ports/builder.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { Git } from '../../lib/ports/git.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { RegistryStore } from '../../lib/ports/registry-store.ts';
import type { Scanner } from '../../lib/ports/scanner.ts';
import type { Signer } from '../../lib/ports/signer.ts';
import type { SourceTree } from '../../lib/ports/source-tree.ts';

/** What main leaves to post when it ends early. */
export interface Left {
  /** A builder that this step made. */
  readonly builder: string;
}

export interface Ports {
  readonly builder: Builder;
  readonly signer: Signer;
  readonly scanner: Scanner;
  readonly registry: RegistryStore;
  readonly tree: SourceTree;
  readonly git: Pick<Git, 'head'>;
  readonly files: Pick<Files, 'keep'>;
  /** GITHUB_WORKSPACE. */
  readonly workspace: string;
  /** The step's, for build arguments that only name a variable. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `linux/amd64`: what is built for when nobody says. */
  readonly runnerPlatform: string;
  readonly actor: Actor;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly leave: (left: Left | undefined) => void;
}

import type { Actor } from '../../lib/domain/record/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { GitHubHistory } from '../../lib/ports/github.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { RegistryStore } from '../../lib/ports/registry-store.ts';
import type { Signer } from '../../lib/ports/signer.ts';

export interface Ports {
  readonly registry: RegistryStore;
  readonly signer: Pick<Signer, 'verify'>;
  readonly history: GitHubHistory;
  readonly files: Pick<Files, 'keep' | 'writePrivate'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

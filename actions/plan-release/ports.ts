import type { Files } from '../../lib/ports/files.ts';
import type { Git } from '../../lib/ports/git.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { RegistryStore } from '../../lib/ports/registry-store.ts';

export interface Ports {
  readonly log: Log;
  readonly files: Pick<Files, 'read'>;
  readonly git: Git;
  /** Undefined where no registry is asked. */
  readonly store?: Pick<RegistryStore, 'tags' | 'head'>;
  /** GITHUB_WORKSPACE: where `file` is looked for. */
  readonly workspace: string;
}

import type { Actor } from '../../lib/domain/record/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Files } from '../../lib/ports/files.ts';
import type { GitHubGate } from '../../lib/ports/gate.ts';
import type { GitHubHistory } from '../../lib/ports/github.ts';
import type { GitHubIssues } from '../../lib/ports/issues.ts';
import type { Log } from '../../lib/ports/log.ts';
import type { Reports } from '../../lib/ports/reports.ts';

export interface Ports {
  readonly gate: GitHubGate;
  readonly history: GitHubHistory;
  readonly issues: GitHubIssues;
  readonly files: Files;
  readonly reports: Reports;
  /** Where paths of the inputs begin. */
  readonly workspace: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly actor: Actor;
}

/** A history, and what a rollback makes of it. */
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import type { Wishes } from '../../../lib/domain/rollback/decide.ts';
import type { PastRevision } from '../../../lib/domain/rollback/types.ts';

export interface History {
  readonly name: string;
  readonly records: readonly ReleaseRecord[];
  readonly revisions: readonly PastRevision[];
  /** Default: `running`. A number is the record's. */
  readonly from?: number | string;
  readonly to?: Wishes['to'];
  readonly force?: boolean;
  readonly locked?: boolean;
  readonly image?: 'present' | 'gone' | 'unknown';
  /** `→ 3`, `skip: …`, `refuse: …` (part of the reason). */
  readonly expected: string;
}

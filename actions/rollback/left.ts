import type { Holder } from '../../lib/ports/records.ts';
import type { Inputs } from './inputs.ts';

/** What a main that ends early leaves to post. Kept in plain text by the runner, so no secret is in it. */
export interface Left extends Pick<
  Inputs,
  | 'release'
  | 'timeout'
  | 'gate'
  | 'ignore'
  | 'forceConflicts'
  | 'freeStuckPods'
  | 'environment'
  | 'environmentUrl'
> {
  readonly holder: Holder;
  /** The rollback that has begun; without it, only the lock is left. */
  readonly begun?: Begun;
}

export interface Begun {
  /** Sequence number of the record that is left. */
  readonly from: number;
  /** Sequence number of the rollback's own record. */
  readonly own: number;
  readonly toRevision: number;
  /** Newest revision before the rollback. */
  readonly newest: number;
  /** The revision that Helm's history is to call failed, where it does not already. */
  readonly failed?: number;
}

/** What is left as long as nothing has begun. */
export function leftBy(inputs: Inputs, holder: Holder): Left {
  const { release, timeout, gate, ignore, forceConflicts, freeStuckPods } = inputs;
  const { environment, environmentUrl } = inputs;
  const wishes = { release, timeout, gate, ignore, forceConflicts, freeStuckPods };
  return { ...wishes, environment, environmentUrl, holder };
}

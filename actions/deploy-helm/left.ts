import type { Holder } from '../../lib/ports/records.ts';
import type { Inputs } from './inputs.ts';

/** What the author wants done with a release that fails; small and free of secrets, so post can be told. */
export type UndoWishes = Pick<
  Inputs,
  | 'release'
  | 'onFailure'
  | 'onFirstFailure'
  | 'undoTimeout'
  | 'failFast'
  | 'gate'
  | 'ignore'
  | 'forceConflicts'
>;

/** What a main that ends early leaves to post. Kept in plain text by the runner, so no secret is in it. */
export interface Left extends UndoWishes, Pick<Inputs, 'onCancel' | 'timeout' | 'tests'> {
  readonly holder: Holder;
  /** The release that has begun; without it, only the lock is left. */
  readonly begun?: Begun;
}

export interface Begun {
  readonly seq: number;
  readonly baseline: number | undefined;
  readonly installedAt: string | undefined;
  /** The API was lost: only what had been rejected before is undone. */
  readonly unknown?: boolean;
}

/** What is left as long as nothing has begun. */
export function leftBy(inputs: Inputs, holder: Holder): Left {
  const { release, onFailure, onFirstFailure, undoTimeout, failFast, gate, ignore, forceConflicts } = inputs;
  const how = { onFailure, onFirstFailure, undoTimeout, failFast, gate, ignore, forceConflicts };
  const { onCancel, timeout, tests } = inputs;
  return { release, ...how, onCancel, timeout, tests, holder };
}

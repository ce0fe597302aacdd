import type { Milliseconds } from '../domain/duration.ts';
import type { Clock } from '../ports/clock.ts';

/** GitHub gives all `always()` steps and posts of a cancelled job five minutes together; this leaves room to write. */
const postBudget: Milliseconds = 270_000;

/** With less than this a roll-out cannot be watched to its end: then it is only applied. */
export const leastBudget: Milliseconds = 15_000;

/** What is left of it since the cancel; below `leastBudget`, and below zero, where the time is over. */
export const postTimeLeft = (
  cancelledAt: number | undefined,
  { clock }: { readonly clock: Clock },
): Milliseconds => (cancelledAt === undefined ? postBudget : postBudget - (clock.now() - cancelledAt));

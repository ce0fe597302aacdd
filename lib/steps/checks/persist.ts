import { despairOf, patienceLeft } from '../../domain/checks/give-up.ts';
import type { Despair } from '../../domain/checks/give-up.ts';
import type { CheckOutcome, Miss } from '../../domain/checks/types.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import type { Attempt } from './attempt.ts';
import type { CheckPorts } from './ports.ts';

export interface Persistence {
  readonly subject: Pick<CheckOutcome, 'name' | 'kind' | 'severity'>;
  /** Milliseconds since the epoch; one for all checks. */
  readonly deadline: number;
  /** From the start of one attempt to the start of the next. */
  readonly interval: Milliseconds;
  readonly attempt: () => Promise<Attempt>;
  /** An attempt that begins so shortly before the deadline cannot pass. */
  readonly takes: Milliseconds;
  /** How many attempts in a row must be as expected, and how long to wait between them. */
  readonly inARow: { readonly times: number; readonly pause: Milliseconds };
  /** Told at each miss, and with undefined at the end. */
  readonly onMiss: (miss: Miss | undefined) => void;
  /** What a pass proves, in a line. */
  readonly proven: string;
}

/** Asks until it is as expected, until the deadline, or until waiting cannot mend it: never a fixed number of times. */
export async function persist(
  { subject, deadline, interval, attempt, takes, inARow, onMiss, proven }: Persistence,
  { clock, signal }: Pick<CheckPorts, 'clock' | 'signal'>,
): Promise<CheckOutcome> {
  const startedAt = clock.now();
  const lastLook = deadline - takes;
  let despair: Despair | undefined;
  let passed = 0;
  for (let attempts = 1; ; attempts++) {
    const began = clock.now();
    const { miss, latency, unknown } = await attempt();
    const now = clock.now();
    passed = miss === undefined ? passed + 1 : 0;
    const ended = (outcome: CheckOutcome['outcome'], reason: string): CheckOutcome => {
      onMiss(undefined);
      const shown = miss === undefined ? {} : { miss };
      const figures = latency === undefined ? {} : { latency };
      return { ...subject, outcome, attempts, startedAt, endedAt: now, reason, ...shown, ...figures };
    };
    if (passed >= inARow.times) return ended('pass', proven);
    onMiss(miss);
    const next = miss === undefined ? now + inARow.pause : Math.max(began + interval, now);
    const outcome = unknown === true ? 'inconclusive' : 'fail';
    if (now >= lastLook)
      return ended(
        outcome,
        miss?.reason ?? `as expected ${passed} times in a row, asked for ${inARow.times}`,
      );
    despair = miss === undefined ? undefined : despairOf(despair, miss, now);
    if (miss !== undefined && (patienceLeft(despair, now) ?? 1) <= 0)
      return ended(outcome, `${miss.reason}; waiting will not mend it`);
    // However long the interval, one look is as late as can be.
    await clock.sleep(Math.min(next, lastLook) - now, signal);
  }
}

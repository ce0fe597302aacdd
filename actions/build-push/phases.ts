import { CancelledError } from '../../lib/domain/errors.ts';
import type { RecordStep } from '../../lib/domain/record/types.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Log } from '../../lib/ports/log.ts';

export type Phase = Pick<RecordStep, 'name' | 'startedAt' | 'endedAt' | 'outcome'>;

/** What the step did, one after the other: a group in the log, a bar in the summary. */
export class Phases {
  readonly done: Phase[] = [];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #signal: AbortSignal;

  constructor({ clock, log, signal }: { clock: Clock; log: Log; signal: AbortSignal }) {
    this.#clock = clock;
    this.#log = log;
    this.#signal = signal;
  }

  /** Throws CancelledError once the run is cancelled. `failed` tells from the answer that it went wrong without an error. */
  async during<T>(
    name: string,
    body: () => Promise<T>,
    failed: (answer: T) => boolean = () => false,
  ): Promise<T> {
    if (this.#signal.aborted) throw new CancelledError();
    const startedAt = this.#now();
    const ended = (outcome: NonNullable<Phase['outcome']>): void => {
      this.done.push({ name, startedAt, endedAt: this.#now(), outcome });
    };
    try {
      const answer = await this.#log.group(name, body);
      ended(failed(answer) ? 'failure' : 'success');
      return answer;
    } catch (error) {
      ended(error instanceof CancelledError ? 'cancelled' : 'failure');
      throw error;
    }
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}

import { messageOf } from '../domain/errors.ts';
import type { RecordStep, ReleaseRecord } from '../domain/record/types.ts';
import type { Verdict } from '../domain/verdict/types.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lock, Records } from '../ports/records.ts';

const outcomes = { pass: 'success', fail: 'failure', inconclusive: 'inconclusive' } as const;

export type Draft = Omit<ReleaseRecord, 'id' | 'seq' | 'schema'>;

/**
 * The ReleaseRecord as it is being written: each change goes to the cluster under the lock, together with the
 * steps timed since the last one, so that a killed run leaves what the next one must know.
 */
export class Journal {
  #record: ReleaseRecord;
  #pending: RecordStep[] = [];
  /** Writes follow each other: two at once would both carry the same steps. */
  #writing: Promise<unknown> = Promise.resolve();
  readonly #records: Records;
  readonly #lock: Lock;
  readonly #clock: Clock;

  private constructor(record: ReleaseRecord, records: Records, lock: Lock, clock: Clock) {
    this.#record = record;
    this.#records = records;
    this.#lock = lock;
    this.#clock = clock;
  }

  static async open(
    draft: Draft,
    { records, lock, clock }: { records: Records; lock: Lock; clock: Clock },
  ): Promise<Journal> {
    await lock.check();
    return new Journal(await records.open(draft), records, lock, clock);
  }

  /** Goes on with a record that an earlier process opened: post, after a cancelled main. */
  static resume(
    record: ReleaseRecord,
    { records, lock, clock }: { records: Records; lock: Lock; clock: Clock },
  ): Journal {
    return new Journal(record, records, lock, clock);
  }

  get record(): ReleaseRecord {
    return this.#record;
  }

  /** Times a step; it is written with the next change. A body that ends in a verdict failed when the verdict did. */
  async step<T>(
    name: string,
    body: () => Promise<T>,
    verdictOf?: (result: T) => Verdict['outcome'],
  ): Promise<T> {
    const startedAt = this.#iso();
    try {
      const result = await body();
      const outcome = outcomes[verdictOf?.(result) ?? 'pass'];
      this.#pending.push({ name, startedAt, endedAt: this.#iso(), outcome });
      return result;
    } catch (error) {
      const detail = messageOf(error);
      const outcome = error instanceof Error && error.name === 'CancelledError' ? 'cancelled' : 'failure';
      this.#pending.push({ name, startedAt, endedAt: this.#iso(), outcome, detail: detail.slice(0, 500) });
      // The runner gives a cancelled step seconds: what is known by now must be in the record.
      if (outcome === 'cancelled') await this.write((now) => now).catch(() => undefined);
      throw error;
    }
  }

  write(change: (now: ReleaseRecord) => ReleaseRecord): Promise<ReleaseRecord> {
    const written = this.#writing.then(() => this.#write(change));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #write(change: (now: ReleaseRecord) => ReleaseRecord): Promise<ReleaseRecord> {
    await this.#lock.check();
    const steps = this.#pending;
    this.#record = await this.#records.change(this.#record, (now) =>
      change({ ...now, steps: [...now.steps, ...steps] }),
    );
    this.#pending = this.#pending.filter((step) => !steps.includes(step));
    return this.#record;
  }

  #iso(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}

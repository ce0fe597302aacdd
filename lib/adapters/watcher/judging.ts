import { CancelledError } from '../../domain/errors.ts';
import { createEngine, type Engine } from '../../domain/verdict/engine.ts';
import type { Expectation, Observation, Verdict, WorkloadProgress } from '../../domain/verdict/types.ts';
import type { Clock } from '../../ports/clock.ts';

interface Terms {
  readonly expectation: Expectation;
  /** What has been seen before judging began. */
  readonly seen: readonly Observation[];
  readonly clock: Clock;
  readonly onProgress: (workloads: readonly WorkloadProgress[]) => void;
  /** Wakes the judge although nothing was observed. */
  readonly onTime: () => void;
}

/** One verdict in the making: judges at every moment in which something was observed, and when time is up. */
export class Judging {
  readonly verdict: Promise<Verdict>;
  readonly #engine: Engine;
  readonly #terms: Terms;
  readonly #outcome = Promise.withResolvers<Verdict>();
  #alarm = new AbortController();
  #alarmAt = 0;
  #told = '';
  #over = false;

  constructor(terms: Terms) {
    this.#terms = terms;
    this.#engine = createEngine(terms.expectation);
    for (const observation of terms.seen) this.#engine.observe(observation);
    this.verdict = this.#outcome.promise;
  }

  observe(observation: Observation): void {
    this.#engine.observe(observation);
  }

  judge(at: number): void {
    if (this.#over) return;
    const judgement = this.#engine.judge(at);
    this.#tell(judgement.kind === 'verdict' ? judgement.verdict.workloads : judgement.workloads);
    if (judgement.kind === 'waiting') {
      this.#wakeAt(judgement.until);
      return;
    }
    this.#end();
    this.#outcome.resolve(judgement.verdict);
  }

  cancel(message?: string): void {
    if (this.#over) return;
    this.#end();
    this.#outcome.reject(new CancelledError(message));
  }

  #end(): void {
    this.#over = true;
    this.#alarm.abort();
  }

  #tell(workloads: readonly WorkloadProgress[]): void {
    const text = JSON.stringify(workloads);
    if (text === this.#told) return;
    this.#told = text;
    this.#terms.onProgress(workloads);
  }

  #wakeAt(until: number): void {
    if (until === this.#alarmAt) return;
    this.#alarmAt = until;
    this.#alarm.abort();
    this.#alarm = new AbortController();
    const ring = (): void => {
      // The moment that it rings in may have begun a little earlier: then it must ring again.
      this.#alarmAt = 0;
      this.#terms.onTime();
    };
    this.#sleepUntil(until, this.#alarm.signal).then(ring, () => undefined);
  }

  /** Timers may ring a moment early: then a deadline would not have been reached. */
  async #sleepUntil(until: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#terms;
    for (let left = until - clock.now(); left > 0; left = until - clock.now()) {
      await clock.sleep(left, signal);
    }
  }
}

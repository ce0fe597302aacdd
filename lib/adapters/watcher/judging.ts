import { CancelledError } from '../../domain/errors.ts';
import { createEngine, type Engine } from '../../domain/verdict/engine.ts';
import type { Rule } from '../../domain/verdict/rules/rule.ts';
import type {
  Expectation,
  Finding,
  Judgement,
  Observation,
  Probe,
  Verdict,
} from '../../domain/verdict/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OnProgress } from '../../ports/rollout.ts';

interface Terms {
  readonly expectation: Expectation;
  readonly rules: readonly Rule[];
  /** What has been seen before judging began. */
  readonly seen: readonly Observation[];
  readonly clock: Clock;
  readonly onProgress: OnProgress;
  /** Something has begun or ceased to look doomed, or to be ready: what this was judged by must be kept. */
  readonly onTurn: () => void;
  /** All that it leans on now. */
  readonly onProbes: (probes: readonly Probe[]) => void;
  /** Then it will be judged though nothing be seen; the signal aborts when that changes. */
  readonly onDue: (at: number, signal: AbortSignal) => void;
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
  #stood = '';
  #over = false;

  constructor(terms: Terms) {
    this.#terms = terms;
    this.#engine = createEngine(terms.expectation, terms.rules);
    for (const observation of terms.seen) this.#engine.observe(observation);
    this.verdict = this.#outcome.promise;
  }

  observe(observation: Observation): void {
    this.#engine.observe(observation);
  }

  judge(at: number): void {
    if (this.#over) return;
    const judgement = this.#engine.judge(at);
    this.#tell(judgement);
    if (judgement.kind === 'waiting') {
      this.#wakeAt(judgement.until);
      this.#terms.onProbes(judgement.probes);
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

  #tell(judgement: Judgement): void {
    const { workloads, findings } = judgement.kind === 'verdict' ? judgement.verdict : judgement;
    const likely = findings.filter(({ severity }) => severity === 'likely');
    const stands = JSON.stringify([
      likely.map(({ rule, subject, firstSeen, callAt }) => [rule, subject, firstSeen, callAt]),
      workloads.map(({ ready }) => ready),
    ]);
    if (stands !== this.#stood) this.#terms.onTurn();
    this.#stood = stands;

    const standing = stillStanding(judgement, likely);
    const text = JSON.stringify([workloads, standing]);
    if (text === this.#told) return;
    this.#told = text;
    this.#terms.onProgress(workloads, standing);
  }

  #wakeAt(until: number): void {
    if (until === this.#alarmAt) return;
    this.#alarmAt = until;
    this.#alarm.abort();
    this.#alarm = new AbortController();
    const { signal } = this.#alarm;
    const ring = (): void => {
      // The moment that it rings in may have begun a little earlier: then it must ring again.
      this.#alarmAt = 0;
      this.#terms.onTime();
    };
    this.#terms.onDue(until, signal);
    this.#sleepUntil(until, signal).then(ring, () => undefined);
  }

  /** Timers may ring a moment early: then a deadline would not have been reached. */
  async #sleepUntil(until: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#terms;
    for (let left = until - clock.now(); left > 0; left = until - clock.now()) {
      await clock.sleep(left, signal);
    }
  }
}

/** With a pass all of it has cleared; with any other verdict it has neither cleared nor will it be called. */
function stillStanding(judgement: Judgement, likely: readonly Finding[]): readonly Finding[] | undefined {
  if (judgement.kind === 'waiting') return likely;
  return judgement.verdict.outcome === 'pass' ? [] : undefined;
}

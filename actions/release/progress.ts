import type { PhaseName } from '../../lib/domain/release/plan.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Made, PhaseDone } from './result.ts';

/** How far the release has come: the phases with their times, and what their actions made of them. */
export class Progress {
  made: Made = {};
  readonly #clock: Clock;
  readonly #done: PhaseDone[] = [];
  readonly #begun = new Map<PhaseName, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get done(): readonly PhaseDone[] {
    return this.#done;
  }

  begin(name: PhaseName): void {
    this.#begun.set(name, this.#clock.now());
  }

  hasBegun(name: PhaseName): boolean {
    return this.#begun.has(name);
  }

  end(name: PhaseName, { result, reason }: Result): void {
    const endedAt = this.#clock.now();
    this.#done.push({ name, result, reason, startedAt: this.#begun.get(name) ?? endedAt, endedAt });
  }

  /** One phase from its begin to its end; one that throws has no end, and the step has none either. */
  async phase<Name extends keyof Made>(
    name: PhaseName,
    as: Name,
    body: () => Promise<NonNullable<Made[Name]> & Result>,
  ): Promise<NonNullable<Made[Name]> & Result> {
    this.begin(name);
    const result = await body();
    this.made = { ...this.made, [as]: result };
    this.end(name, result);
    return result;
  }
}

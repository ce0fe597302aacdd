import type { Milliseconds } from '../duration.ts';

interface Clock {
  readonly since: number;
  /** When it was first missed; undefined while it stands. */
  readonly awaySince?: number;
}

interface Turn {
  /** A cause that comes back within this time has never been away: between two back-offs a crash loop looks healthy. */
  readonly lull?: Milliseconds | undefined;
  /** What is not seen now cannot be: nothing has cleared. */
  readonly hold?: boolean;
}

/** Since when each cause has stood, one clock for each: what is mended stops its own, and no other. */
export class Clocks {
  readonly #clocks = new Map<string, ReadonlyMap<string, Clock>>();

  /** Takes in which causes stand now. Returns since when each of them does, milliseconds since the epoch. */
  turn(
    group: string,
    standing: readonly string[],
    now: number,
    { lull = 0, hold = false }: Turn = {},
  ): ReadonlyMap<string, number> {
    const before = this.#clocks.get(group) ?? new Map<string, Clock>();
    const stand = new Set(standing);
    const running = [...stand].map((cause): [string, Clock] => {
      const known = before.get(cause);
      const isNew = known === undefined || awayFor(known, now) > lull;
      return [cause, { since: isNew ? now : known.since }];
    });
    const missed = [...before].filter(([cause]) => !stand.has(cause));
    const away = hold
      ? missed
      : missed.map(([cause, clock]): [string, Clock] => [cause, { awaySince: now, ...clock }]);
    this.#clocks.set(
      group,
      new Map([...running, ...away.filter(([, clock]) => awayFor(clock, now) <= lull)]),
    );
    return new Map(running.map(([cause, { since }]) => [cause, since]));
  }
}

/** One that has just been missed is away, though for no time yet: only a lull lets it come back. */
const awayFor = ({ awaySince }: Clock, now: number): Milliseconds =>
  awaySince === undefined ? 0 : Math.max(1, now - awaySince);

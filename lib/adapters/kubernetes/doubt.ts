import type { Milliseconds } from '../../domain/duration.ts';

/** Something open that may be dead without anybody having said so: a watch behind a load balancer whose far end is gone. */
export interface Suspect {
  /** Bytes heard so far. */
  heard(): number;
  cut(): void;
}

/** One request under way. */
export interface Unanswered {
  /** Its answer has begun. */
  readonly answered: () => void;
  /** It has ended in any way. */
  readonly over: () => void;
}

/**
 * Finds dead connections without asking for it: no request is spent. When an ordinary one (the lock is renewed every
 * 20 s) is not answered in time, whatever was silent meanwhile is cut, and its owner connects anew. TCP keep-alive sees
 * only packets that are lost on the way, and a watch may be rightly silent for a minute.
 */
export class Doubt {
  readonly #suspects = new Set<Suspect>();
  readonly #onDoubt: () => void;
  #patience: Milliseconds;

  /** `onDoubt`: connections that nobody uses now are not to be trusted either. */
  constructor(patience: Milliseconds, onDoubt: () => void) {
    this.#patience = patience;
    this.#onDoubt = onDoubt;
  }

  /** Returns how to forget it. */
  suspect(suspect: Suspect): () => void {
    this.#suspects.add(suspect);
    return () => this.#suspects.delete(suspect);
  }

  /** A request was sent; `onDoubt` when it is not answered in time. */
  sent(onDoubt: () => void): Unanswered {
    const sentAt = performance.now();
    const before = [...this.#suspects].map((suspect) => [suspect, suspect.heard()] as const);
    const timer = setTimeout(() => {
      this.#onDoubt();
      for (const [suspect, heard] of before)
        if (this.#suspects.has(suspect) && suspect.heard() === heard) suspect.cut();
      onDoubt();
    }, this.#patience).unref();
    const over = (): void => clearTimeout(timer);
    return {
      over,
      answered: () => {
        over();
        // It was only slow: that slow is no reason to doubt it again.
        this.#patience = Math.max(this.#patience, 2 * (performance.now() - sentAt));
      },
    };
  }
}

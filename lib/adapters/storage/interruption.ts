/** The first thing that went wrong, made known at once to who waits for a stream that may never say anything again. */
export class Interruption {
  readonly #stop = new AbortController();
  readonly #until: AbortSignal | undefined;
  readonly #onAbort = (): void => this.fail(this.#until?.reason as Error);
  #reject: ((error: Error) => void) | undefined;
  #failed: Error | undefined;

  constructor(until: AbortSignal | undefined) {
    this.#until = until;
    if (until?.aborted === true) this.#onAbort();
    else until?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Aborts with the first failure. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  fail(error: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    this.#stop.abort(error);
    this.#reject?.(error);
  }

  throwIfFailed(): void {
    if (this.#failed !== undefined) throw this.#failed;
  }

  /** The run's signal is listened to no more. */
  release(): void {
    this.#until?.removeEventListener('abort', this.#onAbort);
  }

  /** The stream, which ends with the failure even while it is asked for more; it is told to end, and not waited for. */
  async *guard(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = stream[Symbol.asyncIterator]();
    let isOver = false;
    try {
      for (;;) {
        const next = await this.#first(iterator.next());
        isOver = next.done === true;
        if (isOver) return;
        yield next.value as Uint8Array;
      }
    } finally {
      if (!isOver) void iterator.return?.().catch(() => undefined);
    }
  }

  /** One at a time, so that nothing piles up on a promise that lives as long as the upload. */
  #first<Value>(work: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      work.then(resolve, reject);
      if (this.#failed !== undefined) reject(this.#failed);
    });
  }
}

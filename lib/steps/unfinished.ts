export interface Leaving {
  /** What has begun in the target; without it, only the lock is left. */
  readonly begun?: object;
}

/**
 * What main still owes, told to post at every change: first the lock, then what has begun. What is over stays over.
 */
export class Unfinished<Left extends Leaving> {
  #left: Left | undefined;
  readonly #tell: (left: Left | undefined) => void;

  /** From the moment that the lock is main's. */
  constructor(left: Left, tell: (left: Left | undefined) => void) {
    this.#tell = tell;
    this.#set(left);
  }

  get isOver(): boolean {
    return this.#left === undefined;
  }

  get hasBegun(): boolean {
    return this.#left?.begun !== undefined;
  }

  /** From here on the records say what is to be done, and post can do it. */
  begin(begun: NonNullable<Left['begun']>): void {
    if (this.#left !== undefined) this.#set({ ...this.#left, begun });
  }

  /** More is known of what has begun; nothing where nothing has. */
  note(more: Partial<NonNullable<Left['begun']>>): void {
    if (this.#left?.begun !== undefined)
      this.#set({ ...this.#left, begun: { ...this.#left.begun, ...more } });
  }

  /** Nothing is to be undone any more: post only gives the lock back. */
  onlyLock(): void {
    if (this.#left === undefined) return;
    const { begun: _, ...lock } = this.#left;
    this.#set(lock as Left);
  }

  over(): void {
    this.#set(undefined);
  }

  #set(left: Left | undefined): void {
    this.#left = left;
    this.#tell(left);
  }
}

/** Reads a form from its first byte to its last as it passes, keeping nothing but what it asks for. Pure. */

/** What is wanted next. With `mayEnd` the stream may end here: then it was whole. */
export type Step =
  | { readonly take: number; readonly mayEnd?: boolean }
  | { readonly skip: number; readonly mayEnd?: boolean };

/** Gets the bytes that it takes, and nothing for what it skips. Returns early with what no later byte can change. */
export type Steps<Result> = Generator<Step, Result, Uint8Array>;

/** Whether what passed ended where its form says; undefined where that cannot be told. */
export type Whole = boolean | undefined;

export interface EndSeeker {
  see(chunk: Uint8Array): void;
  /** To be asked when all has passed. */
  isWhole(): Whole;
}

export class Walk implements EndSeeker {
  readonly #steps: Steps<Whole>;
  #now: IteratorResult<Step, Whole>;
  /** What was taken of the step so far, and how much is left of it. */
  #taken: Uint8Array[] = [];
  #left = 0;
  #isBegun = false;

  constructor(steps: Steps<Whole>) {
    this.#steps = steps;
    this.#now = steps.next();
    this.#enter();
  }

  see(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && this.#now.done !== true;) {
      const part = chunk.subarray(at, at + this.#left);
      at += part.length;
      this.#left -= part.length;
      this.#isBegun = true;
      if ('take' in this.#now.value) this.#taken.push(part.slice());
      if (this.#left === 0) this.#advance();
    }
  }

  isWhole(): Whole {
    if (this.#now.done === true) return this.#now.value;
    return !this.#isBegun && this.#now.value.mayEnd === true;
  }

  #advance(): void {
    this.#now = this.#steps.next(joined(this.#taken));
    this.#enter();
  }

  /** A step of no bytes is over at once. */
  #enter(): void {
    this.#taken = [];
    this.#isBegun = false;
    if (this.#now.done === true) return;
    this.#left = 'take' in this.#now.value ? this.#now.value.take : this.#now.value.skip;
    if (this.#left === 0) this.#advance();
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

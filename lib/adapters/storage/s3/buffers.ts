import { buffersOf, memoryBudget } from '../../../domain/storage/part-sizes.ts';

/**
 * The buffers of an upload's parts. A part keeps its buffer until the storage has it, so that it can be sent again; the
 * stream waits meanwhile. One reader takes, whoever has sent gives back.
 *
 * All of them are cut from one slab, which is cut anew when the size changes: buffers that were dropped would lie until
 * the collector comes, beside those that replace them. What no part has touched of it takes no memory.
 */
export class PartBuffers {
  readonly #allocate: (size: number) => Buffer;
  #slab: Buffer | undefined;
  #size = 0;
  #idle: Buffer[] = [];
  #taken = 0;
  #wake: (() => void) | undefined;

  constructor(allocate = (size: number): Buffer => Buffer.allocUnsafeSlow(size)) {
    this.#allocate = allocate;
  }

  /** A buffer of that many bytes, as soon as there may be one. */
  async take(size: number): Promise<Buffer> {
    if (size !== this.#size) {
      // A handful of times in an upload: what is on its way lies where the new ones will.
      while (this.#taken > 0) await this.#given();
      this.#cut(size);
    }
    for (;;) {
      const buffer = this.#idle.pop();
      if (buffer === undefined) {
        await this.#given();
        continue;
      }
      this.#taken += 1;
      return buffer;
    }
  }

  give(buffer: Buffer): void {
    this.#taken -= 1;
    this.#idle.push(buffer);
    this.#wake?.();
  }

  #given(): Promise<void> {
    return new Promise((wake) => (this.#wake = wake));
  }

  #cut(size: number): void {
    this.#size = size;
    this.#idle = [];
    if (this.#slab === undefined || this.#slab.length < size) {
      this.#slab = undefined;
      this.#slab = this.#allocate(Math.max(memoryBudget, size));
    }
    for (let nth = buffersOf(size) - 1; nth >= 0; nth--)
      this.#idle.push(this.#slab.subarray(nth * size, (nth + 1) * size));
  }
}

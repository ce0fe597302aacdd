import { buffersOf } from '../../../domain/storage/part-sizes.ts';

/**
 * The buffers of an upload's parts. A part keeps its buffer until the storage has it, so that it can be sent again; the
 * stream waits meanwhile. One reader takes, whoever has sent gives back.
 */
export class PartBuffers {
  readonly #idle: Buffer[] = [];
  #taken = 0;
  #wake: (() => void) | undefined;

  /** A buffer of that many bytes, as soon as there may be one. */
  async take(size: number): Promise<Buffer> {
    while (this.#taken >= buffersOf(size)) await new Promise<void>((wake) => (this.#wake = wake));
    this.#taken += 1;
    const kept = this.#idle.pop();
    if (kept?.length === size) return kept;
    // The size has grown: the small ones are of no more use.
    this.#idle.length = 0;
    return Buffer.allocUnsafeSlow(size);
  }

  give(buffer: Buffer): void {
    this.#taken -= 1;
    this.#idle.push(buffer);
    this.#wake?.();
  }

  /** No more is to be sent. */
  release(): void {
    this.#idle.length = 0;
  }
}

/** A stream, cut into parts that are kept until they are stored. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Account } from '../../../domain/storage/account.ts';
import { mostParts, partSize } from '../../../domain/storage/part-sizes.ts';
import type { PartBuffers } from './buffers.ts';

export interface Part {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** Hex: signed with the request. */
  readonly sha256: string;
  /** Base64, for Content-MD5: the one checksum that every S3 verifies, and that buckets with object lock ask for. */
  readonly md5: string;
  readonly isLast: boolean;
  /** Its bytes are stored. */
  readonly done: () => void;
}

/** What is cut has no end that S3 could store. */
export class TooManyBytes extends Error {}

export class Cutter {
  readonly #buffers: PartBuffers;
  readonly #whole = createHash('sha256');
  #bytes = 0;

  constructor(buffers: PartBuffers) {
    this.#buffers = buffers;
  }

  /** Of all that was cut; final. */
  account(): Account {
    return { bytes: this.#bytes, sha256: this.#whole.digest('hex') };
  }

  /** Every part but the last one is full; an empty stream is one empty part. Each part is to be given back by `done`. */
  async *parts(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
    let part = await this.#begin(1);
    for await (const chunk of stream) {
      this.#whole.update(chunk);
      this.#bytes += chunk.length;
      for (let at = 0; at < chunk.length;) {
        if (part.isFull) {
          // Only now is it sure that it is not the last one.
          yield part.cut(false);
          part = await this.#begin(part.number + 1);
        }
        at += part.add(chunk.subarray(at));
      }
    }
    yield part.cut(true);
  }

  async #begin(number: number): Promise<Filling> {
    if (number > mostParts) throw new TooManyBytes();
    return new Filling(number, await this.#buffers.take(partSize(number)), this.#buffers);
  }
}

class Filling {
  readonly number: number;
  readonly #buffer: Buffer;
  readonly #buffers: PartBuffers;
  readonly #sha256: Hash = createHash('sha256');
  readonly #md5: Hash = createHash('md5');
  #length = 0;

  constructor(number: number, buffer: Buffer, buffers: PartBuffers) {
    this.number = number;
    this.#buffer = buffer;
    this.#buffers = buffers;
  }

  get isFull(): boolean {
    return this.#length === this.#buffer.length;
  }

  /** Copies what fits, and says how much that was: chunks of the stream are never kept, they may be slices of more. */
  add(chunk: Uint8Array): number {
    const taken = chunk.subarray(0, this.#buffer.length - this.#length);
    this.#buffer.set(taken, this.#length);
    this.#sha256.update(taken);
    this.#md5.update(taken);
    this.#length += taken.length;
    return taken.length;
  }

  cut(isLast: boolean): Part {
    return {
      number: this.number,
      bytes: this.#buffer.subarray(0, this.#length),
      sha256: this.#sha256.digest('hex'),
      md5: this.#md5.digest('base64'),
      isLast,
      done: () => this.#buffers.give(this.#buffer),
    };
  }
}

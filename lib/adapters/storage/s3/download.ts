/** An object as a stream; what broke off goes on where it broke, from the same object. */
import { createHash } from 'node:crypto';
import type { Account } from '../../../domain/storage/account.ts';
import { DamagedObjectError } from '../../../domain/storage/damaged.ts';
import { formatDestination } from '../../../domain/storage/destination.ts';
import type { Download } from '../../../ports/storage.ts';
import { collect } from '../../http/transport.ts';
import type { Streamed } from '../../http/transport.ts';
import type { Question, S3Api } from './api.ts';
import { foundIn, reading } from './objects.ts';
import type { Found } from './objects.ts';
import { saysMissing } from './refusal.ts';

export async function getObject(api: S3Api, key: string): Promise<Download | undefined> {
  const question: Question = { ...reading(api, key), method: 'GET', expects: [200, 404] };
  const opened = await api.open(question);
  if (opened.status === 404) {
    const answer = await collect(opened);
    if (saysMissing(answer)) return undefined;
    throw api.refused(question, answer);
  }
  return new Resuming(api, question, foundIn(key, opened), opened);
}

class Resuming implements Download {
  readonly object: Download['object'];
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly #api: S3Api;
  readonly #question: Question;
  readonly #etag: string | undefined;
  readonly #hash = createHash('sha256');
  #account: Account | undefined;
  #offset = 0;

  constructor(api: S3Api, question: Question, { object, etag }: Found, opened: Streamed) {
    this.#api = api;
    this.#question = question;
    this.#etag = etag;
    this.object = object;
    this.bytes = this.#read(opened);
  }

  account(): Account {
    return (this.#account ??= { bytes: this.#offset, sha256: this.#hash.digest('hex') });
  }

  async *#read(opened: Streamed): AsyncGenerator<Uint8Array> {
    const tries = this.#api.tries();
    let streamed = opened;
    for (;;) {
      const before = this.#offset;
      const broken = yield* this.#pass(streamed);
      if (broken === undefined) return;
      if (this.#offset > before) tries.progressed();
      if (!(await this.#api.again(tries, broken))) throw this.#api.refused(this.#question, broken);
      streamed = await this.#resume();
    }
  }

  /** Returns why it ended too early; undefined at the end of the object. */
  async *#pass({ body }: Streamed): AsyncGenerator<Uint8Array, Error | undefined> {
    const { bytes } = this.object;
    let chunks = body as AsyncIterable<Buffer>;
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        const [next, broken] = await iterator.next().then(
          (one) => [one, undefined] as const,
          (error: Error) => [undefined, error] as const,
        );
        if (next === undefined) return broken;
        if (next.done === true) break;
        this.#hash.update(next.value);
        this.#offset += next.value.length;
        if (this.#offset > bytes) throw this.#damaged(`more than ${bytes} bytes`);
        yield next.value;
      }
    } finally {
      // Who reads no further leaves no connection that waits to be read.
      if (this.#offset !== bytes) body.destroy();
    }
    return this.#offset === bytes ? undefined : endedEarly();
  }

  /** The rest, of the object that was begun and no other. */
  async #resume(): Promise<Streamed> {
    const question: Question = {
      ...this.#question,
      headers: {
        range: `bytes=${this.#offset}-`,
        ...(this.#etag === undefined ? {} : { 'if-match': this.#etag }),
      },
      expects: [206, 404, 412],
    };
    const streamed = await this.#api.open(question);
    if (streamed.status !== 206) {
      streamed.body.resume();
      throw this.#damaged('it was replaced or deleted while it was read');
    }
    const begins = Number(/^bytes (\d+)-/.exec(streamed.headers['content-range'] ?? '')?.[1]);
    if (begins === this.#offset) return streamed;
    streamed.body.destroy();
    throw this.#damaged(`bytes from ${begins} where ${this.#offset} was asked for`);
  }

  #damaged(difference: string): Error {
    return new DamagedObjectError(formatDestination(this.#api.place), this.object.key, difference);
  }
}

const endedEarly = (): Error => Object.assign(new Error('the answer ended early'), { code: 'ECONNRESET' });

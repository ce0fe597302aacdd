/** A multipart upload: begun with the first part that is not the last, a few parts on their way, given up as a whole. */
import type { Log } from '../../../ports/log.ts';
import { formatDestination } from '../../../domain/storage/destination.ts';
import { mostInFlight } from '../../../domain/storage/part-sizes.ts';
import { isFailure } from '../../http/retry.ts';
import type { Question, S3Api } from './api.ts';
import { documentIn, escaped } from './document.ts';
import type { Interruption } from '../interruption.ts';
import type { Part } from './parts.ts';
import { saysMissing } from './refusal.ts';

/** How long a cancelled run may take to remove what it began: the runner kills it 10 s after its first signal. */
const tidyingTime = 6_000;
const abortRounds = 3;

export class Multipart {
  readonly #api: S3Api;
  readonly #key: string;
  readonly #id: string;
  readonly #sending = new Set<Promise<void>>();
  readonly #etags: string[] = [];

  private constructor(api: S3Api, key: string, id: string) {
    this.#api = api;
    this.#key = key;
    this.#id = id;
  }

  static async begin(
    api: S3Api,
    key: string,
    headers: Question['headers'],
    signal: AbortSignal,
  ): Promise<Multipart> {
    const question: Question = {
      doing: `begin to store ${key}`,
      permission: 's3:PutObject',
      method: 'POST',
      key,
      query: { uploads: '' },
      headers: { ...headers, 'content-length': '0' },
      expects: [200],
      signal,
    };
    const answer = await api.ask(question);
    const id = documentIn(answer.body)?.text('UploadId');
    if (id === undefined) throw api.refused(question, new Error('it named no upload'));
    return new Multipart(api, key, id);
  }

  /** Resolves when the part is on its way, as soon as there is room. What fails is told to `interruption`. */
  async send(part: Part, interruption: Interruption): Promise<void> {
    while (this.#sending.size >= mostInFlight) await Promise.race(this.#sending);
    const sent: Promise<void> = this.#store(part, interruption.signal)
      .catch((error: Error) => interruption.fail(error))
      .finally(() => {
        part.done();
        this.#sending.delete(sent);
      });
    this.#sending.add(sent);
  }

  /** Every part has been stored, or has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending);
  }

  async #store({ number, bytes, sha256, md5 }: Part, signal: AbortSignal): Promise<void> {
    const question: Question = {
      doing: `store part ${number} of ${this.#key}`,
      permission: 's3:PutObject',
      method: 'PUT',
      key: this.#key,
      query: { partNumber: String(number), uploadId: this.#id },
      headers: { 'content-md5': md5 },
      body: bytes,
      sha256,
      expects: [200],
      signal,
    };
    const { headers } = await this.#api.ask(question);
    if (headers.etag === undefined) throw this.#api.refused(question, new Error('it gave no ETag'));
    this.#etags[number - 1] = headers.etag;
  }

  /** What makes it visible; nobody else's object is replaced. */
  completion(): Question {
    const parts = this.#etags.map(
      (etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`,
    );
    return {
      doing: `put ${this.#key} together`,
      permission: 's3:PutObject',
      method: 'POST',
      key: this.#key,
      query: { uploadId: this.#id },
      headers: { 'content-type': 'application/xml', 'if-none-match': '*' },
      body: Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`),
      expects: [200],
    };
  }

  /**
   * Aborts it, also when the run is cancelled, and looks whether it is gone: a part that was on its way can arrive after
   * the abort and keep it alive (API reference, AbortMultipartUpload). Says so where it could not be removed.
   */
  async giveUp(log: Log): Promise<void> {
    await this.settled();
    const signal = AbortSignal.timeout(tidyingTime);
    let why = '';
    for (let round = 0; round < abortRounds; round++) {
      const outcome = await this.#api.ask(this.#abortion(signal)).catch((error: Error) => error);
      if (isFailure(outcome)) why ||= outcome.message;
      else if (await this.#isGone(signal)) return;
    }
    log.warn(
      `${formatDestination(this.#api.place)} keeps an unfinished upload of ${this.#key}${why === '' ? '' : ` (${why})`}: the next run removes it, as a lifecycle rule (AbortIncompleteMultipartUpload) would`,
    );
  }

  #abortion(signal: AbortSignal): Question {
    return {
      doing: `give up storing ${this.#key}`,
      permission: 's3:AbortMultipartUpload',
      method: 'DELETE',
      key: this.#key,
      query: { uploadId: this.#id },
      expects: [204, 200, 404],
      signal,
    };
  }

  /** Who may not list parts has to trust the abort. */
  async #isGone(signal: AbortSignal): Promise<boolean> {
    const outcome = await this.#api.attempt({
      doing: `see whether an upload of ${this.#key} is gone`,
      permission: 's3:ListMultipartUploadParts',
      method: 'GET',
      key: this.#key,
      query: { uploadId: this.#id },
      expects: [200, 404],
      signal,
    });
    if (isFailure(outcome)) return false;
    return saysMissing(outcome) || outcome.status === 403;
  }
}

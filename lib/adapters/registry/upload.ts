/**
 * One blob's upload: begun, sent in one stream, taken up where it broke, checked, committed.
 *
 * The stream goes in one PATCH, as docker and crane send it: every registry takes that, and no piece of it is ever below
 * an OCI-Chunk-Min-Length, for the only chunk is the last one. Pieces with a Content-Range follow only after a break.
 */
import { createHash } from 'node:crypto';
import { errorsIn } from '../../domain/oci/refusal.ts';
import type { Descriptor, RepositoryRef } from '../../domain/oci/types.ts';
import { DamagedUploadError, WrongBytesError } from '../../domain/oci/wrong-bytes.ts';
import { uploadsUrl } from './address.ts';
import type { Question, RegistryApi } from './api.ts';
import { hasBlob } from './blobs.ts';
import { isFailure } from '../http/retry.ts';
import type { Answer } from '../http/transport.ts';

/** An upload that the registry has opened: where it goes on, and how many bytes are there. */
export interface Upload {
  readonly location: URL;
  readonly offset: number;
}

/** Where a blob's bytes come from. */
export interface Source {
  /** Who answers for them. */
  readonly repository: RepositoryRef;
  /** From an offset on; asked again when an upload is taken up. */
  readonly from: BytesFrom;
}

type BytesFrom = (offset: number) => AsyncIterable<Uint8Array>;

/** Opens an upload; `mounted` when the registry took the blob from its repository `from` instead. */
export async function beginUpload(
  api: RegistryApi,
  to: RepositoryRef,
  mount?: { readonly digest: string; readonly from: string },
): Promise<Upload | 'mounted'> {
  const question: Question = {
    doing: mount === undefined ? 'begin an upload' : `mount blob ${mount.digest} from ${mount.from}`,
    repository: to,
    to: 'push',
    beside: mount?.from,
    method: 'POST',
    url: uploadsUrl(api.root(to), to, mount),
    headers: { 'content-length': '0' },
    expects: mount === undefined ? [202] : [201, 202],
  };
  const answer = await api.ask(question);
  // Not mounted, yet an upload is open (specification, "Mounting a blob from another repository"): use it.
  return answer.status === 201 ? 'mounted' : { location: nextLocation(question.url, answer), offset: 0 };
}

/** Sends and commits a blob; returns how many bytes it took. Nothing is left behind when it throws. */
export async function sendBlob(
  api: RegistryApi,
  to: RepositoryRef,
  blob: Descriptor,
  begun: Upload,
  source: Source,
): Promise<number> {
  const passing = new PassingBytes();
  const bytesFrom: BytesFrom = (offset) => passing.from(offset, source.from(offset));
  const upload = await sendAll(api, to, blob, begun, bytesFrom);
  try {
    if (passing.digest !== blob.digest)
      throw new WrongBytesError(source.repository, blob.digest, passing.digest);
    await commit(api, to, blob, upload);
    return passing.total;
  } catch (error) {
    await abandon(api, to, upload);
    throw error;
  }
}

/** Until the registry has every byte; what it has received before a break is not sent again. */
async function sendAll(
  api: RegistryApi,
  to: RepositoryRef,
  blob: Descriptor,
  begun: Upload,
  bytesFrom: BytesFrom,
): Promise<Upload> {
  const tries = api.tries();
  let upload = begun;
  try {
    while (upload.offset < blob.size) {
      const question = patch(to, blob, upload, bytesFrom(upload.offset));
      const outcome = await api.attempt(question);
      if (!isFailure(outcome) && question.expects.includes(outcome.status))
        return { location: nextLocation(upload.location, outcome), offset: blob.size };
      if (!(await tries.again(isOutOfStep(outcome) ? outOfStep : outcome)))
        await api.settle(question, outcome);
      const before = upload.offset;
      upload = (await whereItStands(api, to, upload)) ?? (await beginAnew(api, to, upload));
      if (upload.offset > before) tries.progressed();
    }
    return upload;
  } catch (error) {
    await abandon(api, to, upload);
    throw error;
  }
}

function patch(
  to: RepositoryRef,
  { digest, size }: Descriptor,
  { location, offset }: Upload,
  body: AsyncIterable<Uint8Array>,
): Question {
  const range: Record<string, string> = offset === 0 ? {} : { 'content-range': `${offset}-${size - 1}` };
  return {
    doing: `send blob ${digest}`,
    repository: to,
    to: 'push',
    method: 'PATCH',
    url: location,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(size - offset),
      ...range,
    },
    body,
    expects: [202, 201, 204],
  };
}

/**
 * We and the registry disagree on where the upload is, or the token ended under it: not an error yet, for the status
 * tells. 416: the bytes of the broken connection were still being written when we asked.
 */
function isOutOfStep(outcome: Answer | Error): boolean {
  if (isFailure(outcome)) return false;
  const { status, body } = outcome;
  return (
    status === 401 || status === 416 || errorsIn(body).some(({ code }) => code.startsWith('BLOB_UPLOAD_'))
  );
}

const outOfStep = Object.assign(new Error('out of step'), { code: 'ECONNRESET' });

/** Asks the registry what it has; undefined when it cannot say (crane's registry) or has nothing of use. */
async function whereItStands(
  api: RegistryApi,
  to: RepositoryRef,
  upload: Upload,
): Promise<Upload | undefined> {
  const question: Question = {
    doing: 'ask for the state of an upload',
    repository: to,
    to: 'push',
    method: 'GET',
    url: upload.location,
    expects: [204, 200, 202],
  };
  const answer = await api.attempt(question);
  if (isFailure(answer)) return undefined;
  const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(answer.headers.range ?? '')?.[1] ?? 0);
  // `0-0` is what distribution says of one byte and of none.
  if (!question.expects.includes(answer.status) || last === 0) return undefined;
  return { location: nextLocation(upload.location, answer), offset: last + 1 };
}

async function beginAnew(api: RegistryApi, to: RepositoryRef, old: Upload): Promise<Upload> {
  await abandon(api, to, old);
  return (await beginUpload(api, to)) as Upload;
}

/** A commit whose answer was lost has been made all the same. */
async function commit(
  api: RegistryApi,
  to: RepositoryRef,
  { digest }: Descriptor,
  { location }: Upload,
): Promise<void> {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  const question: Question = {
    doing: `store blob ${digest}`,
    repository: to,
    to: 'push',
    method: 'PUT',
    url,
    headers: { 'content-length': '0' },
    expects: [201, 202, 204],
  };
  const outcome = await api.attempt(question);
  if (!isFailure(outcome) && question.expects.includes(outcome.status)) return;
  const isLost = isFailure(outcome) || isOutOfStep(outcome);
  if (isLost && (await hasBlob(api, to, digest).catch(() => false))) return;
  if (!isFailure(outcome) && errorsIn(outcome.body).some(({ code }) => code === 'DIGEST_INVALID'))
    throw new DamagedUploadError(to, digest);
  await api.settle(question, outcome);
}

/** Half an upload is storage that nobody sees: registries keep it for a week. */
const abandon = (api: RegistryApi, to: RepositoryRef, { location }: Upload): Promise<void> =>
  api.tidyUp({
    doing: 'give up an upload',
    repository: to,
    to: 'push',
    method: 'DELETE',
    url: location,
    expects: [204],
  });

/** `Location` may be a path or a whole address, on another server too. */
function nextLocation(asked: URL, { headers }: Answer): URL {
  return headers.location === undefined ? asked : new URL(headers.location, asked);
}

/** Hashes and counts what passes. What passes again after a break is counted, not hashed: the registry checks the whole. */
class PassingBytes {
  readonly #hash = createHash('sha256');
  #hashed = 0;
  #digest: string | undefined;
  total = 0;

  async *from(start: number, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let offset = start;
    for await (const chunk of bytes) {
      const fresh = chunk.subarray(Math.min(chunk.length, Math.max(0, this.#hashed - offset)));
      this.#hash.update(fresh);
      this.#hashed += fresh.length;
      offset += chunk.length;
      this.total += chunk.length;
      yield chunk;
    }
  }

  /** Of everything that has passed; final. */
  get digest(): string {
    this.#digest ??= `sha256:${this.#hash.digest('hex')}`;
    return this.#digest;
  }
}

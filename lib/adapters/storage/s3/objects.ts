/** What is known of objects: whether a key is taken, what lies under it, and whether that is what we have just sent. */
import type { StoredObject } from '../../../ports/storage.ts';
import { below } from '../../../domain/storage/key.ts';
import type { Answer, Streamed } from '../../http/transport.ts';
import type { Question, S3Api } from './api.ts';
import { documentIn } from './document.ts';
import { errorIn, saysMissing } from './refusal.ts';

/** Every object of ours says by which upload it came: an answer that was lost can be told from another's object. */
export const markHeader = 'x-amz-meta-slipway-upload';

export interface Found {
  readonly object: StoredObject;
  readonly etag: string | undefined;
  /** Undefined where the storage keeps no metadata. */
  readonly mark: string | undefined;
}

/** Undefined when there is none. A HEAD is refused without a word, so it is asked again as a GET, whose answer has one. */
export async function findObject(api: S3Api, key: string, signal?: AbortSignal): Promise<Found | undefined> {
  const question: Question = {
    ...reading(api, key),
    method: 'HEAD',
    expects: [200, 301, 400, 403, 404],
    ...(signal === undefined ? {} : { signal }),
  };
  const answer = await api.ask(question);
  if (answer.status === 200) return foundIn(key, answer);
  const asked: Question = {
    ...question,
    method: 'GET',
    headers: { range: 'bytes=0-0' },
    expects: [200, 206, 404, 416],
  };
  const told = await api.ask(asked);
  if (saysMissing(told)) return undefined;
  throw api.refused(question, told.status === 404 ? told : answer);
}

export const reading = ({ place }: S3Api, key: string) => ({
  doing: `read ${key}`,
  permission: 's3:GetObject (and s3:ListBucket: without it what is not there is refused as well)',
  key: below(place.prefix, key),
});

export function foundIn(key: string, { headers }: Pick<Streamed, 'headers'>): Found {
  const archived = archiveIn(headers);
  return {
    object: {
      key,
      bytes: Number(headers['content-length'] ?? 0),
      modified: Date.parse(headers['last-modified'] ?? '') || 0,
      ...(archived === undefined ? {} : { archived }),
    },
    etag: headers.etag,
    mark: [headers[markHeader]].flat()[0],
  };
}

/**
 * A HEAD of an object in an archive is answered as any other; a GET is refused. Intelligent-Tiering says it by another
 * header than a class, and one that was restored has a copy for some days (API reference, HeadObject).
 */
function archiveIn(headers: Streamed['headers']): string | undefined {
  const [storageClass, tier, restored] = ['storage-class', 'archive-status', 'restore'].map(
    (name) => [headers[`x-amz-${name}`]].flat()[0],
  );
  if (restored?.includes('ongoing-request="false"') === true) return undefined;
  return tier ?? (['GLACIER', 'DEEP_ARCHIVE'].includes(storageClass ?? '') ? storageClass : undefined);
}

/**
 * Whether there is an object under the key: by a listing, since that answers with a reason when bucket, region, clock or
 * credentials are wrong, and it is the first question of an upload. An identity that may not list cannot know; the
 * condition on the write itself decides then.
 */
export async function isTaken(api: S3Api, key: string, signal?: AbortSignal): Promise<boolean> {
  const whole = below(api.place.prefix, key);
  const question: Question = {
    doing: `look whether ${key} is taken`,
    permission: 's3:ListBucket',
    method: 'GET',
    key: '',
    query: { 'list-type': '2', prefix: whole, 'max-keys': '1' },
    expects: [200, 403],
    ...(signal === undefined ? {} : { signal }),
  };
  const answer = await api.ask(question);
  if (answer.status === 403 && !mayNotList(answer)) throw api.refused(question, answer);
  if (answer.status === 403) return false;
  return (documentIn(answer.body)?.all('Contents') ?? []).some((one) => one.text('Key') === whole);
}

const mayNotList = (answer: Answer): boolean => /^(AccessDenied)?$/.test(errorIn(answer)?.code ?? '');

export async function deleteObject(api: S3Api, key: string, signal?: AbortSignal): Promise<void> {
  const question: Question = {
    doing: `delete ${key}`,
    permission: 's3:DeleteObject',
    method: 'DELETE',
    key: below(api.place.prefix, key),
    expects: [204, 200, 404],
    ...(signal === undefined ? {} : { signal }),
  };
  const answer = await api.ask(question);
  if (answer.status === 404 && !saysMissing(answer)) throw api.refused(question, answer);
}

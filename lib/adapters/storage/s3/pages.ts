/** Listings: of objects (ListObjectsV2) and of uploads that nobody finished, page by page. */
import { UnreachableError } from '../../../domain/errors.ts';
import { formatDestination } from '../../../domain/storage/destination.ts';
import { below } from '../../../domain/storage/key.ts';
import type { StoredObject } from '../../../ports/storage.ts';
import type { Query } from './address.ts';
import type { Question, S3Api } from './api.ts';
import type { Element } from './document.ts';
import { documentIn } from './document.ts';
import { saysMissing } from './refusal.ts';

/** Every object below the destination whose key begins with `prefix`, in the order of their keys. */
export async function* listObjects(api: S3Api, prefix: string): AsyncGenerator<StoredObject> {
  const pages = pagesOf(api, {
    doing: `list what begins with ${prefix}`,
    permission: 's3:ListBucket',
    key: '',
    query: { 'list-type': '2', prefix: below(api.place.prefix, prefix), 'encoding-type': 'url' },
    next: (page) => ({ 'continuation-token': page.text('NextContinuationToken') }),
  });
  for await (const page of pages)
    for (const one of page.all('Contents')) {
      yield {
        key: withoutPrefix(api, keyIn(page, one)),
        bytes: Number(one.text('Size')),
        modified: timeIn(one, 'LastModified'),
      };
    }
}

export interface OpenUpload {
  /** Below the destination. */
  readonly key: string;
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly begun: number;
}

/** Uploads below the destination that are neither finished nor given up. */
export async function* listUploads(api: S3Api): AsyncGenerator<OpenUpload> {
  const { prefix } = api.place;
  const pages = pagesOf(api, {
    doing: 'list unfinished uploads',
    permission: 's3:ListBucketMultipartUploads',
    key: '',
    query: { uploads: '', ...(prefix === '' ? {} : { prefix: `${prefix}/` }), 'encoding-type': 'url' },
    next: (page) => ({
      'key-marker': page.text('NextKeyMarker'),
      'upload-id-marker': page.text('NextUploadIdMarker'),
    }),
  });
  for await (const page of pages)
    for (const one of page.all('Upload')) {
      yield {
        key: withoutPrefix(api, keyIn(page, one)),
        id: one.text('UploadId') ?? '',
        begun: timeIn(one, 'Initiated'),
      };
    }
}

/** When each part of an upload came; nothing when it is over meanwhile. */
export async function* listPartTimes(api: S3Api, { key, id }: OpenUpload): AsyncGenerator<number> {
  const pages = pagesOf(api, {
    doing: `list the parts of an unfinished upload of ${key}`,
    permission: 's3:ListMultipartUploadParts',
    key: below(api.place.prefix, key),
    query: { uploadId: id },
    next: (page) => ({ 'part-number-marker': page.text('NextPartNumberMarker') }),
  });
  for await (const page of pages) for (const part of page.all('Part')) yield timeIn(part, 'LastModified');
}

interface Listing extends Pick<Question, 'doing' | 'permission' | 'key'> {
  readonly query: Query;
  /** Where the next page begins. */
  readonly next: (page: Element) => Readonly<Record<string, string | undefined>>;
}

async function* pagesOf(api: S3Api, { query, next, ...asked }: Listing): AsyncGenerator<Element> {
  let from: Query = {};
  for (;;) {
    const question: Question = {
      ...asked,
      method: 'GET',
      query: { ...query, ...from },
      expects: [200, 404],
    };
    const answer = await api.ask(question);
    // Some say so of an upload that is over meanwhile, or of a bucket that has none.
    if (saysMissing(answer)) return;
    if (answer.status === 404) throw api.refused(question, answer);
    const page = documentIn(answer.body);
    if (page === undefined) throw unreadable(api, asked.doing);
    yield page;
    if (page.text('IsTruncated') !== 'true') return;
    const begins = Object.fromEntries(Object.entries(next(page)).filter(([, value]) => value)) as Query;
    // A page that leads to itself would never end, and half a listing would pass for a whole one.
    if (JSON.stringify(begins) === '{}' || JSON.stringify(begins) === JSON.stringify(from))
      throw unreadable(api, asked.doing);
    from = begins;
  }
}

const unreadable = (api: S3Api, doing: string): Error =>
  new UnreachableError(`${formatDestination(api.place)} did not ${doing}: its answer cannot be read`);

/** Encoded where the storage says that it is: XML cannot hold every key. */
function keyIn(page: Element, one: Element): string {
  const key = one.text('Key') ?? '';
  return page.text('EncodingType') === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key;
}

const withoutPrefix = ({ place: { prefix } }: S3Api, key: string): string =>
  prefix === '' ? key : key.slice(prefix.length + 1);

const timeIn = (one: Element, name: string): number => Date.parse(one.text(name) ?? '') || 0;

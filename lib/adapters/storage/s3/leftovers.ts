/** Uploads that a killed run has begun and nobody will finish: they cost money, and no listing of objects shows them. */
import { below } from '../../../domain/storage/key.ts';
import type { Leftover, SweepOrder } from '../../../ports/storage.ts';
import type { Question, S3Api } from './api.ts';
import type { OpenUpload } from './pages.ts';
import { listPartTimes, listUploads } from './pages.ts';

/**
 * Aborts the uploads of ours to which nothing came for a while, by the storage's own clock. Not the age counts: an
 * upload of many hours is as old as one that was killed, but parts still come to it.
 */
export async function sweepUploads(api: S3Api, { isOurs, idleFor }: SweepOrder): Promise<Leftover[]> {
  const swept: Leftover[] = [];
  for await (const upload of listUploads(api)) {
    if (!isOurs(upload.key)) continue;
    const alive = await touchedSince(api, upload, idleFor);
    if (alive.isAlive) continue;
    await api.ask(abortion(api, upload));
    swept.push({ key: upload.key, touched: alive.touched });
  }
  return swept;
}

async function touchedSince(api: S3Api, upload: OpenUpload, idleFor: number) {
  const since = (await storageTime(api)) - idleFor;
  let touched = upload.begun;
  for await (const at of listPartTimes(api, upload)) {
    touched = Math.max(touched, at);
    if (touched > since) break;
  }
  return { touched, isAlive: touched > since };
}

/** What the storage's clock says: times in its listings are by that. */
async function storageTime(api: S3Api): Promise<number> {
  const { headers } = await api.ask({
    doing: 'ask for the time',
    permission: 's3:ListBucket',
    method: 'GET',
    key: '',
    query: { 'list-type': '2', 'max-keys': '1', prefix: below(api.place.prefix, '') },
    expects: [200],
  });
  return Date.parse(headers.date ?? '') || api.now();
}

const abortion = (api: S3Api, { key, id }: OpenUpload): Question => ({
  doing: `give up a killed run's upload of ${key}`,
  permission: 's3:AbortMultipartUpload',
  method: 'DELETE',
  key: below(api.place.prefix, key),
  query: { uploadId: id },
  expects: [204, 200, 404],
});

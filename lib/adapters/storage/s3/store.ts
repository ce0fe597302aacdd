/** Backups in an object store that speaks S3: AWS, Google's through HMAC keys, MinIO, Ceph and their like. */
import type { Milliseconds } from '../../../domain/duration.ts';
import { formatDestination } from '../../../domain/storage/destination.ts';
import type { BucketPlace } from '../../../domain/storage/destination.ts';
import type { Encryption } from '../../../domain/storage/encryption.ts';
import type { Service } from '../../../domain/storage/endpoint.ts';
import { assertKey } from '../../../domain/storage/key.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { Storage } from '../../../ports/storage.ts';
import type { AwsCredentials } from '../../ecr/client.ts';
import { transport } from '../../http/transport.ts';
import { s3Api } from './api.ts';
import { getObject } from './download.ts';
import { sweepUploads } from './leftovers.ts';
import { deleteObject, findObject } from './objects.ts';
import { listObjects } from './pages.ts';
import { putObject } from './upload.ts';

export interface S3StorageOptions {
  readonly place: BucketPlace;
  readonly service: Service;
  /** For Google's storage an HMAC key's access ID and secret. */
  readonly credentials: AwsCredentials;
  readonly encryption?: Encryption;
  /** `HTTPS_PROXY` and friends, as the runtime's `proxyOf` gives them. */
  readonly proxy: Readonly<Record<string, string>>;
  /** PEM text of an extra certificate authority. */
  readonly ca?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Never the same twice: `randomUUID`. */
  readonly newMark: () => string;
  /** How often what may pass (429, 5xx, a broken connection) is tried again; default 6. */
  readonly retries?: number;
  /** How long one request is tried before giving up, default 3 min: a dump that took hours is worth it. */
  readonly patience?: Milliseconds;
  /** The longest silence of the storage, default 60 s. */
  readonly timeout?: Milliseconds;
  readonly random?: () => number;
  /** Ends what is under way; an upload is given up before its call rejects. */
  readonly signal?: AbortSignal;
}

export function s3Storage(options: S3StorageOptions): Storage {
  const { place, service, credentials, encryption, proxy, ca, clock, log, newMark, signal } = options;
  const { retries = 6, patience: budget = 180_000, timeout = 60_000, random = Math.random } = options;
  // Whoever gives an http:// endpoint has chosen it; a redirect is never followed, so nothing else is asked in plain.
  const plainHttp = (): boolean => service.endpoint.protocol === 'http:';
  const api = s3Api({
    place,
    service,
    credentials,
    send: transport({ proxy, ca, timeout, plainHttp }),
    patience: { clock, random, retries, budget },
    signal,
  });
  const headers = encryptionHeaders(encryption);
  return {
    place: formatDestination(place),
    put: async (key, bytes) => putObject({ api, log, headers, mark: newMark() }, assertKey(key), bytes),
    get: async (key) => getObject(api, assertKey(key)),
    head: async (key) => (await findObject(api, assertKey(key)))?.object,
    list: (prefix) => listObjects(api, prefix),
    delete: async (key) => deleteObject(api, assertKey(key)),
    sweep: (order) => sweepUploads(api, order),
  };
}

function encryptionHeaders(encryption: Encryption | undefined): Readonly<Record<string, string>> {
  if (encryption === undefined) return {};
  const { kind } = encryption;
  const key = kind === 'aws:kms' ? encryption.keyId : undefined;
  return {
    'x-amz-server-side-encryption': kind,
    ...(key === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': key }),
  };
}

import type { BucketPlace } from '../../../domain/storage/destination.ts';
import type { Service } from '../../../domain/storage/endpoint.ts';

export type Query = Readonly<Record<string, string>>;

/** Where a bucket, or an object in it by its whole key, is asked for. */
export function urlOf({ bucket }: BucketPlace, service: Service, key: string, query: Query = {}): URL {
  const url = new URL(service.endpoint);
  const path = key.split('/').map(encoded).join('/');
  if (service.pathStyle) url.pathname = `/${bucket}/${path}`.replace(/\/$/, '');
  else {
    url.hostname = `${bucket}.${url.hostname}`;
    url.pathname = `/${path}`;
  }
  // As the signature has it: a space is %20 there, and + in URLSearchParams.
  url.search = Object.entries(query)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join('&');
  return url;
}

/** As the signature encodes: everything but letters, digits and `-._~`. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

import { createGunzip } from 'node:zlib';
import { through } from './through.ts';

/** Decompresses gzip, of several members too. A stream that ends before a member's checksum and length is an error. */
export const gunzipped = (source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
  through(source, createGunzip());

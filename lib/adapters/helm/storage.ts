import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** Helm's encoding of a revision in a Secret: base64 by Kubernetes, base64 by Helm, gzip, JSON. */

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/** A payload of 1 MiB cannot honestly unpack to more. */
const largest = 512 * 1024 * 1024;

/** The JSON text; throws when it is not what Helm writes, bytes that are no UTF-8 included. */
export async function decodePayload(data: string): Promise<string> {
  const bytes = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
  // Very old releases are not compressed (helm: pkg/storage/driver/util.go).
  const json =
    bytes[0] === 0x1f && bytes[1] === 0x8b ? await inflate(bytes, { maxOutputLength: largest }) : bytes;
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
}

export async function encodePayload(json: string): Promise<string> {
  const packed = await deflate(Buffer.from(json, 'utf8'), { level: 9 });
  return Buffer.from(packed.toString('base64'), 'latin1').toString('base64');
}

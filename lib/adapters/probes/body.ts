import type { IncomingMessage } from 'node:http';
import { ProbeFailure } from '../../ports/probes.ts';

/** What is judged and shown. */
const kept = 64 * 1024;

/**
 * The first 64 KiB of an answer's body; what comes after is not downloaded. A body that ends before its announced
 * length is a failure: half an answer proves nothing. Encodings are not asked for, so none is undone.
 */
export async function readBody(response: IncomingMessage): Promise<{ body: string; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > kept) break;
    }
  } catch (error) {
    throw new ProbeFailure('body', 'ECUTSHORT', `it ended after ${length} bytes`, { cause: error });
  }
  return { body: Buffer.concat(chunks).subarray(0, kept).toString('utf8'), truncated: length > kept };
}

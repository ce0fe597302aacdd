/**
 * The payload of an age file (age-encryption.org/v1): chunks of 64 KiB under ChaCha20-Poly1305, each with its number and
 * whether it is the last one, so that nothing can be cut, changed or moved. OpenSSL's cipher does ten times what the
 * JavaScript of age-encryption does (bench backup), which keeps the header and all that is about keys.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { DamagedStreamError } from '../../domain/storage/damaged.ts';

const plainSize = 65_536;
const tagSize = 16;
/** Between header and payload. */
export const nonceSize = 16;

const algorithm = 'chacha20-poly1305';
const tagged = { authTagLength: tagSize } as const;

/** `nonce` is what stands between header and payload. */
export const payloadKey = (fileKey: Uint8Array, nonce: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));

export async function* sealed(source: AsyncIterable<Uint8Array>, key: Buffer): AsyncGenerator<Uint8Array> {
  for await (const { bytes, nonce } of cut(source, plainSize)) {
    const cipher = createCipheriv(algorithm, key, nonce, tagged);
    yield cipher.update(bytes);
    cipher.final();
    yield cipher.getAuthTag();
  }
}

/** A chunk comes out only when it is proven; a stream that was cut or changed anywhere is an error. */
export async function* unsealed(source: AsyncIterable<Uint8Array>, key: Buffer): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const { bytes, nonce } of cut(source, plainSize + tagSize)) {
    const plain = bytes.length - tagSize;
    // Only nothing at all is sealed as an empty chunk.
    if (plain < 0 || (plain === 0 && !isFirst)) throw damaged();
    const decipher = createDecipheriv(algorithm, key, nonce, tagged);
    decipher.setAuthTag(bytes.subarray(plain));
    const opened = decipher.update(bytes.subarray(0, plain));
    try {
      decipher.final();
    } catch (cause) {
      throw damaged(cause);
    }
    isFirst = false;
    if (plain > 0) yield opened;
  }
}

const damaged = (cause?: unknown): Error =>
  new DamagedStreamError('the encrypted stream was cut or changed', { cause });

interface Chunk {
  /** Good until the next one is asked for. */
  readonly bytes: Uint8Array;
  readonly nonce: Buffer;
}

/** All chunks have that size but the last one, which is empty only where the stream is. */
async function* cut(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Chunk> {
  const chunk = Buffer.allocUnsafeSlow(size);
  const nonce = Buffer.alloc(12);
  let length = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      if (length === size) {
        // Only now is it sure that it is not the last one.
        yield { bytes: chunk, nonce };
        count(nonce);
        length = 0;
      }
      const taken = piece.subarray(at, at + size - length);
      chunk.set(taken, length);
      length += taken.length;
      at += taken.length;
    }
  }
  nonce[11] = 1;
  yield { bytes: chunk.subarray(0, length), nonce };
}

/** The first eleven bytes are the chunk's number; the twelfth says whether it is the last one. */
function count(nonce: Buffer): void {
  for (let at = 10; at >= 0; at--) {
    nonce[at] = ((nonce[at] ?? 0) + 1) & 0xff;
    if (nonce[at] !== 0) return;
  }
}

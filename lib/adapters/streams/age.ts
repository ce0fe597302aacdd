import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { TargetError } from '../../domain/errors.ts';
import { DamagedStreamError } from '../../domain/storage/damaged.ts';
import { nonceSize, payloadKey, sealed, unsealed } from './age-payload.ts';

/**
 * Encrypts for public keys alone: who can back up cannot read old backups. The format is age's own, so the stock `age`
 * opens it. `recipients` must have passed `recipientProblem`.
 */
export async function* encrypted(
  source: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncGenerator<Uint8Array> {
  if (recipients.length === 0) throw new Error('nobody could ever decrypt what is encrypted for nobody');
  const { header, nonce, fileKey } = await newHeader(recipients);
  let before = Buffer.concat([header, nonce]);
  for await (const piece of sealed(source, payloadKey(fileKey, nonce))) {
    // Nothing comes out before the source has begun: whoever leaves after the first piece has closed it too.
    yield before.length === 0 ? piece : Buffer.concat([before, piece]);
    before = Buffer.alloc(0);
  }
}

/**
 * Decrypts. Every 64 KiB are proven before they come out, and a stream that was cut anywhere is an error. None of the
 * identities fitting is a TargetError, before anything comes out.
 */
export async function* decrypted(
  source: AsyncIterable<Uint8Array>,
  identities: readonly string[],
): AsyncGenerator<Uint8Array> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  const pieces = source[Symbol.asyncIterator]();
  try {
    const { header, nonce, begun } = await readHeader(pieces);
    const fileKey = await decrypter.decryptHeader(header).catch((cause: unknown) => {
      throw explained(cause);
    });
    yield* unsealed(after(begun, pieces), payloadKey(fileKey, nonce));
  } finally {
    await pieces.return?.();
  }
}

/** A new pair of keys, which nobody else has. */
export async function newIdentity(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** A file of nothing has a header like any other: it is the library's, and so is the key, which a recipient is told. */
async function newHeader(recipients: readonly string[]) {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  let fileKey = new Uint8Array();
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = key.slice();
      return [];
    },
  });
  const file = await encrypter.encrypt(new Uint8Array());
  const end = headerEnd(file);
  return { header: file.subarray(0, end), nonce: file.subarray(end, end + nonceSize), fileKey };
}

/** More than any number of recipients takes. */
const longestHeader = 1024 * 1024;

async function readHeader(pieces: AsyncIterator<Uint8Array>) {
  let read: Uint8Array = new Uint8Array();
  for (;;) {
    const end = headerEnd(read);
    if (end > 0 && read.length >= end + nonceSize) {
      const [nonce, begun] = [read.subarray(end, end + nonceSize), read.subarray(end + nonceSize)];
      return { header: read.subarray(0, end), nonce, begun };
    }
    const next = await pieces.next();
    if (next.done === true || read.length > longestHeader)
      throw new DamagedStreamError('this is no age file: its header has no end');
    read = Buffer.concat([read, next.value]);
  }
}

/** Where the payload's nonce begins, behind the line of the header's own checksum; 0 where that is not there yet. */
function headerEnd(bytes: Uint8Array): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const last = file.indexOf('\n--- ');
  return last === -1 ? 0 : file.indexOf('\n', last + 1) + 1;
}

async function* after(begun: Uint8Array, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield begun;
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
}

function explained(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  if (!/no identity matched/.test(cause.message))
    return new DamagedStreamError(`the header of the encrypted stream was changed: ${cause.message}`, {
      cause,
    });
  return new TargetError(
    'the backup is encrypted for none of the identities given',
    {
      subject: 'the backup',
      remedy: 'its manifest names the recipients: give the identity (AGE-SECRET-KEY-1…) of one of them',
    },
    { cause },
  );
}

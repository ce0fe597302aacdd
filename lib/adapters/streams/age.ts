import { Decrypter, Encrypter } from 'age-encryption';
import { TargetError } from '../../domain/errors.ts';

/**
 * Encrypts for public keys alone: who can back up cannot read old backups. The format is age's own, so the stock `age`
 * opens it. `recipients` must have passed `recipientProblem`.
 */
export async function* encrypted(
  source: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncGenerator<Uint8Array> {
  if (recipients.length === 0) throw new Error('nobody could ever decrypt what is encrypted for nobody');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  yield* await encrypter.encrypt(ReadableStream.from(source));
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
  yield* await decrypter.decrypt(ReadableStream.from(source)).catch((cause: unknown) => {
    throw explained(cause);
  });
}

function explained(cause: unknown): unknown {
  if (!(cause instanceof Error) || !/no identity matched/.test(cause.message)) return cause;
  return new TargetError(
    'the backup is encrypted for none of the identities given',
    {
      subject: 'the backup',
      remedy: 'its manifest names the recipients: give the identity (AGE-SECRET-KEY-1…) of one of them',
    },
    { cause },
  );
}

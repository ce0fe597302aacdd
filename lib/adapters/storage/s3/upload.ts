/**
 * Two-phase storing: a stream is sent whole and stays unseen, until who sent it says that every end agrees.
 *
 * What fits into the first part waits in memory and becomes one PUT; all else is a multipart upload. Memory is that of
 * its `PartBuffers`: `memoryBudget`, or one part where that is larger.
 */
import { TargetError } from '../../../domain/errors.ts';
import type { Account } from '../../../domain/storage/account.ts';
import { ObjectExistsError } from '../../../domain/storage/damaged.ts';
import { formatDestination } from '../../../domain/storage/destination.ts';
import { below } from '../../../domain/storage/key.ts';
import { mostBytes } from '../../../domain/storage/part-sizes.ts';
import type { Log } from '../../../ports/log.ts';
import type { StoredObject, Upload } from '../../../ports/storage.ts';
import type { Question, S3Api } from './api.ts';
import { PartBuffers } from './buffers.ts';
import { Interruption } from '../interruption.ts';
import { Multipart } from './multipart.ts';
import { deleteObject, isTaken, markHeader } from './objects.ts';
import type { Part } from './parts.ts';
import { Cutter, TooManyBytes } from './parts.ts';
import { isOurs, publish } from './publish.ts';
import type { Publication } from './publish.ts';

/** What a cancelled run may take to find out: the runner kills it 10 s after its first signal. */
const lookingTime = 3_000;

export interface Uploading {
  readonly api: S3Api;
  readonly log: Log;
  /** What every new object is to have: how it is encrypted. */
  readonly headers: Readonly<Record<string, string>>;
  /** Unlike any before. */
  readonly mark: string;
}

export async function putObject(
  uploading: Uploading,
  key: string,
  stream: AsyncIterable<Uint8Array>,
): Promise<Upload> {
  const { api, log } = uploading;
  if (await isTaken(api, key)) throw new ObjectExistsError(formatDestination(api.place), key);
  const interruption = new Interruption(api.until(undefined));
  const cutter = new Cutter(new PartBuffers());
  const whole = below(api.place.prefix, key);
  const headers = { ...uploading.headers, [markHeader]: uploading.mark };
  let multipart: Multipart | undefined;
  try {
    for await (const part of cutter.parts(interruption.guard(stream))) {
      if (part.isLast && multipart === undefined)
        return held(uploading, key, cutter.account(), { whole: singlePut(whole, part, headers) });
      multipart ??= await Multipart.begin(api, whole, headers, interruption.signal);
      await multipart.send(part, interruption);
    }
    await multipart?.settled();
    interruption.throwIfFailed();
  } catch (error) {
    interruption.fail(error as Error);
    await multipart?.giveUp(log);
    throw error instanceof TooManyBytes ? tooLarge(api, key) : error;
  } finally {
    interruption.release();
  }
  return held(uploading, key, cutter.account(), { multipart: multipart as Multipart });
}

type Sent = { readonly whole: Question } | { readonly multipart: Multipart };

/** Sent, and not yet to be seen. */
function held({ api, log, mark }: Uploading, key: string, account: Account, sent: Sent): Upload {
  let isOver = false;
  const giveUp = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    if ('multipart' in sent) await sent.multipart.giveUp(log);
  };
  const finish = async (): Promise<StoredObject> => {
    if (isOver) throw new Error(`the upload of ${key} is over`);
    const write = 'multipart' in sent ? sent.multipart.completion() : sent.whole;
    const publication = { key, mark, account, write };
    try {
      const object = await publish(api, publication, log);
      isOver = true;
      return object;
    } catch (error) {
      await giveUp();
      // It may have been put together after all, while we were no longer told.
      if (!(error instanceof TargetError)) await removeLate(api, publication);
      throw error;
    }
  };
  return { account, finish, giveUp };
}

/** Looks also when the run is cancelled: who is told that nothing was stored must find nothing. */
async function removeLate(api: S3Api, publication: Publication): Promise<void> {
  const signal = AbortSignal.timeout(lookingTime);
  if (await isOurs(api, publication, signal))
    await deleteObject(api, publication.key, signal).catch(() => undefined);
}

const singlePut = (key: string, { bytes, sha256, md5 }: Part, headers: Question['headers']): Question => ({
  doing: `store ${key}`,
  permission: 's3:PutObject',
  method: 'PUT',
  key,
  headers: { ...headers, 'content-md5': md5, 'if-none-match': '*' },
  body: bytes,
  sha256,
  expects: [200],
});

const tooLarge = (api: S3Api, key: string): TargetError => {
  const place = formatDestination(api.place);
  return new TargetError(`${key} does not fit into one object of ${place}`, {
    subject: `${place}/${key}`,
    remedy: `an object holds at most ${Math.floor(mostBytes / 1024 ** 4)} TiB: back up fewer tables at a time`,
  });
};

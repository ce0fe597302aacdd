/** Makes an object visible, exactly once, whatever becomes of the answers. */
import type { Account } from '../../../domain/storage/account.ts';
import { DamagedObjectError, ObjectExistsError } from '../../../domain/storage/damaged.ts';
import { formatDestination } from '../../../domain/storage/destination.ts';
import type { Log } from '../../../ports/log.ts';
import type { StoredObject } from '../../../ports/storage.ts';
import { isFailure } from '../../http/retry.ts';
import type { Answer } from '../../http/transport.ts';
import type { Question, S3Api } from './api.ts';
import { deleteObject, findObject, isTaken } from './objects.ts';
import { errorIn } from './refusal.ts';

export interface Publication {
  readonly key: string;
  /** In the object's metadata. */
  readonly mark: string;
  readonly account: Account;
  /** Writes it, if nothing is there. */
  readonly write: Question;
}

/** Resolves with what the storage has; throws ObjectExistsError, DamagedObjectError, or what the storage refused. */
export async function publish(api: S3Api, publication: Publication, log: Log): Promise<StoredObject> {
  const { key } = publication;
  // Not every storage knows the condition: Google's takes it for reads alone, and says nothing.
  if (await isTaken(api, key)) throw new ObjectExistsError(formatDestination(api.place), key);
  await write(api, publication);
  try {
    return await verified(api, publication);
  } catch (error) {
    if (!(error instanceof ObjectExistsError)) await remove(api, key, log);
    throw error;
  }
}

async function write(api: S3Api, publication: Publication): Promise<void> {
  const { key } = publication;
  const tries = api.tries();
  let question = publication.write;
  for (;;) {
    const outcome = await api.attempt(question);
    if (api.isExpected(question, outcome)) return;
    if (await isOurs(api, publication)) return; // done, and the answer was lost
    if (isFailure(outcome) || outcome.status !== 412) {
      if (refusesCondition(outcome)) {
        question = unconditional(question);
        continue;
      }
      if (await api.again(tries, outcome)) continue;
      throw api.refused(question, outcome);
    }
    throw new ObjectExistsError(formatDestination(api.place), key);
  }
}

/** A storage that has not learnt conditional writes and says so; nothing was there a moment ago. */
const refusesCondition = (outcome: Answer | Error): boolean =>
  !isFailure(outcome) && outcome.status === 501 && errorIn(outcome)?.code === 'NotImplemented';

function unconditional(question: Question): Question {
  const kept = Object.entries(question.headers ?? {}).filter(([name]) => name !== 'if-none-match');
  return { ...question, headers: Object.fromEntries(kept), expects: question.expects };
}

/** Whether what lies under the key is what was to be written. Silent on trouble: the first one is what gets told. */
export async function isOurs(
  api: S3Api,
  { key, mark, account }: Publication,
  signal?: AbortSignal,
): Promise<boolean> {
  const found = await findObject(api, key, signal).catch(() => undefined);
  return found?.mark === mark && found.object.bytes === account.bytes;
}

async function verified(api: S3Api, { key, mark, account }: Publication): Promise<StoredObject> {
  const found = await findObject(api, key);
  const place = formatDestination(api.place);
  if (found === undefined)
    throw new DamagedObjectError(place, key, 'nothing, though it said that it was stored');
  if (found.mark !== undefined && found.mark !== mark) throw new ObjectExistsError(place, key);
  if (found.object.bytes !== account.bytes)
    throw new DamagedObjectError(place, key, `${found.object.bytes} bytes instead of ${account.bytes}`);
  return found.object;
}

/** Also when the run is cancelled: what cannot be vouched for must not look like a backup. */
async function remove(api: S3Api, key: string, log: Log): Promise<void> {
  await deleteObject(api, key, AbortSignal.timeout(6_000)).catch((error: Error) =>
    log.warn(`${formatDestination(api.place)} keeps ${key}, which could not be verified: ${error.message}`),
  );
}

/** A file of another host that nobody sees until it is whole: written beside its place, then linked there if that is free. */
import { dirname } from 'node:path/posix';
import { ToolError } from '../../../domain/errors.ts';
import type { Account } from '../../../domain/storage/account.ts';
import { DamagedObjectError, ObjectExistsError } from '../../../domain/storage/damaged.ts';
import type { StoredObject, Upload } from '../../../ports/storage.ts';
import { unfinishedName } from '../unfinished.ts';
import type { Far } from './far.ts';
import { statIn } from './listed.ts';
import { discarding, finding, publishing, storing, takenStatus, tidying } from './scripts.ts';

export interface Writing {
  readonly far: Far;
  readonly place: string;
  readonly key: string;
  /** Absolute: where it is to be. */
  readonly path: string;
  /** Unlike any before. */
  readonly mark: string;
}

export async function putFar(writing: Writing, stream: AsyncIterable<Uint8Array>): Promise<Upload> {
  const { far, place, key, path, mark } = writing;
  const doing = `store ${key}`;
  // Before the stream is touched: a dump that begins cannot be begun again.
  if ((await far.text(doing, finding(path))) !== '') throw new ObjectExistsError(place, key);
  const unfinished = unfinishedName(path, mark);
  try {
    const account = await far.give(doing, storing(dirname(path), unfinished), stream);
    return held(writing, unfinished, account);
  } catch (error) {
    await far.tidy(tidying(unfinished));
    throw error;
  }
}

function held({ far, place, key, path }: Writing, unfinished: string, account: Account): Upload {
  let isOver = false;
  const giveUp = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await far.tidy(tidying(unfinished));
  };
  const finish = async (): Promise<StoredObject> => {
    if (isOver) throw new Error(`the upload of ${key} is over`);
    isOver = true;
    try {
      far.signal?.throwIfAborted();
      const said = await far.text(`store ${key}`, publishing(dirname(path), unfinished, path));
      const object = { key, ...statIn(said) };
      if (object.bytes !== account.bytes)
        throw new DamagedObjectError(place, key, `${object.bytes} bytes instead of ${account.bytes}`);
      await far.tidy(tidying(unfinished));
      return object;
    } catch (error) {
      await far.tidy(discarding(unfinished, path));
      throw error instanceof ToolError && error.exit === takenStatus
        ? new ObjectExistsError(place, key)
        : error;
    }
  };
  return { account, finish, giveUp };
}

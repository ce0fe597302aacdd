/** A file that nobody sees until it is whole: written beside its place, synced, then linked there if that is free. */
import { createHash } from 'node:crypto';
import { link, mkdir, open, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from '../../../domain/storage/account.ts';
import { DamagedObjectError, ObjectExistsError } from '../../../domain/storage/damaged.ts';
import type { StoredObject, Upload } from '../../../ports/storage.ts';
import { Interruption } from '../interruption.ts';
import { unfinishedName } from '../unfinished.ts';
import { refusalOf } from './refusal.ts';

export interface Writing {
  readonly place: string;
  readonly key: string;
  /** Absolute: where it is to be. */
  readonly path: string;
  /** Unlike any before. */
  readonly mark: string;
  readonly signal: AbortSignal | undefined;
}

export async function putFile(writing: Writing, stream: AsyncIterable<Uint8Array>): Promise<Upload> {
  const { place, key, path, mark, signal } = writing;
  const folder = dirname(path);
  if (await isThere(path)) throw new ObjectExistsError(place, key);
  const unfinished = unfinishedName(path, mark);
  const interruption = new Interruption(signal);
  try {
    // What it makes is private; what is there already stays as open as its owner has it.
    await refusing(writing, mkdir(folder, { recursive: true, mode: 0o700 }));
    const account = await writtenTo(unfinished, writing, interruption.guard(stream));
    return held(writing, unfinished, account);
  } catch (error) {
    // Where that fails too, the next run sweeps it; why it could not be written is what must be told.
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    interruption.release();
  }
}

/** Only its owner may read it, from the first byte on. */
async function writtenTo(
  unfinished: string,
  writing: Writing,
  stream: AsyncIterable<Uint8Array>,
): Promise<Account> {
  const file = await refusing(writing, open(unfinished, 'wx', 0o600));
  try {
    return await written(writing, file, stream);
  } finally {
    await file.close();
  }
}

/** Every byte is with the disk when it resolves, not only with the system. */
async function written(
  writing: Writing,
  file: FileHandle,
  stream: AsyncIterable<Uint8Array>,
): Promise<Account> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    for (let at = 0; at < chunk.length;) at += (await refusing(writing, file.write(chunk, at))).bytesWritten;
    bytes += chunk.length;
  }
  await refusing(writing, file.sync());
  return { bytes, sha256: hash.digest('hex') };
}

function held(writing: Writing, unfinished: string, account: Account): Upload {
  const { place, key, path, signal } = writing;
  let isOver = false;
  const giveUp = async (): Promise<void> => {
    isOver = true;
    await rm(unfinished, { force: true });
  };
  const finish = async (): Promise<StoredObject> => {
    if (isOver) throw new Error(`the upload of ${key} is over`);
    try {
      signal?.throwIfAborted();
      await refusing(
        writing,
        linked(unfinished, path, () => new ObjectExistsError(place, key)),
      );
    } finally {
      await giveUp();
    }
    return verified(writing, account);
  };
  return { account, finish, giveUp };
}

/** A link takes no name that is in use: unlike rename, which would replace what is there. */
async function linked(unfinished: string, path: string, taken: () => Error): Promise<void> {
  await link(unfinished, path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? taken() : error;
  });
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function verified({ place, key, path }: Writing, { bytes }: Account): Promise<StoredObject> {
  const { size, mtimeMs } = await stat(path);
  if (size === bytes) return { key, bytes, modified: mtimeMs };
  await rm(path, { force: true });
  throw new DamagedObjectError(place, key, `${size} bytes instead of ${bytes}`);
}

const refusing = <Result>({ place, key, path }: Writing, work: Promise<Result>): Promise<Result> =>
  work.catch((error: unknown) => {
    throw refusalOf(place, `store ${key}`, dirname(path), error);
  });

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

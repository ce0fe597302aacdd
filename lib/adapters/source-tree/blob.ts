import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { SourceEntry } from '../../domain/source/types.ts';
import { Unhashable } from '../../domain/source/unhashable.ts';

/** Git's name for bytes, whether it holds them or not. */
export const blobId = (bytes: Buffer): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

type Identified = Pick<SourceEntry, 'mode' | 'id'>;

/** Streams a file through `buffer`. Throws when it changes while it is read: it has no one content then. */
export async function fileId(path: string, buffer: Buffer): Promise<Identified> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const { size, mode } = await file.stat();
  const hash = createHash('sha1').update(`blob ${size}\0`);
  const read = await feed(file, buffer, (bytes) => hash.update(bytes));
  if (read !== size) throw new Unhashable(`${path} changed while it was read`);
  return { mode: (mode & 0o100) === 0 ? '100644' : '100755', id: hash.digest('hex') };
}

async function feed(file: FileHandle, buffer: Buffer, take: (bytes: Buffer) => void): Promise<number> {
  for (let total = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return total;
    take(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
}

/** A link is its target's text, wherever that leads. */
export const linkId = async (path: string): Promise<Identified> => ({
  mode: '120000',
  id: blobId(await readlink(path, { encoding: 'buffer' })),
});

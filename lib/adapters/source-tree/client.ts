import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CancelledError } from '../../domain/errors.ts';
import type { EntryMode, Listing, SourceEntry } from '../../domain/source/types.ts';
import { Unhashable } from '../../domain/source/unhashable.ts';
import type { Spawn } from '../../ports/process.ts';
import type { SourceTree } from '../../ports/source-tree.ts';
import { blobId, fileId, linkId } from './blob.ts';
import { openRepository } from './repository.ts';
import { walk } from './walk.ts';
import type { Found } from './walk.ts';

interface Surroundings {
  readonly spawn: Spawn;
  readonly signal?: AbortSignal;
}

/** Files that are read at once, and the bytes of each that are in memory. */
const readers = 8;
const bufferBytes = 256 * 1024;

/** The SourceTree port over the file system and, where there is one, the git on PATH. */
export function sourceTree({ spawn, signal }: Surroundings): SourceTree {
  return {
    read: (path) => named(path, () => readText(path)),

    async list(folder, ignore) {
      const found = await named(folder, () =>
        walk(folder, ignore, (inside, depth) => openRepository(inside, depth, spawn, signal)),
      );
      const entries = await identifyAll(folder, found, signal);
      return { entries, dirty: found.filter(isDirty).map(({ path }) => path) } satisfies Listing;
    },
  };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

async function readText(path: string): Promise<string | undefined> {
  try {
    return strict.decode(await readFile(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** What cannot be read cannot be hashed; the build, which reads the same, will say so in its own words. */
async function named<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, path: where = path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Unhashable(`${where} cannot be read (${code})`, { cause: error });
  }
}

async function identifyAll(
  root: string,
  found: readonly Found[],
  signal: AbortSignal | undefined,
): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  const waiting = found[Symbol.iterator]();
  const work = async (): Promise<void> => {
    let buffer: Buffer | undefined;
    for (const each of waiting) {
      if (signal?.aborted === true) throw new CancelledError();
      const known = await withoutReading(root, each);
      const { mode, id } =
        known ??
        (await named(`${root}/${each.path}`, () =>
          fromDisk(root, each, (buffer ??= Buffer.alloc(bufferBytes))),
        ));
      entries.push({ path: each.path, mode, id });
    }
  };
  await Promise.all(Array.from({ length: readers }, work));
  return entries;
}

const fromDisk = (root: string, { path, kind }: Found, buffer: Buffer): ReturnType<typeof fileId> =>
  kind === 'link' ? linkId(`${root}/${path}`) : fileId(`${root}/${path}`, buffer);

type Identified = Pick<SourceEntry, 'mode' | 'id'>;

async function withoutReading(root: string, found: Found): Promise<Identified | undefined> {
  const { kind, owner } = found;
  if (kind === 'folder') return { mode: 'folder', id: '' };
  if (kind === 'pipe') return { mode: '010000', id: '' };
  if (kind === 'git')
    return { mode: 'git', id: blobId(Buffer.from((await owner?.repository.head?.()) ?? '')) };
  return fromGit(root, found);
}

const modesOf: Readonly<Record<'file' | 'link', readonly EntryMode[]>> = {
  file: ['100644', '100755'],
  link: ['120000'],
};

/** A name that is no UTF-8 reads the same as others (`\ufffd`), so that git's answer might be about another file. */
const isAmbiguous = (path: string): boolean => path.includes('\ufffd');

function fromGit(root: string, { path, kind, owner }: Found): Identified | undefined {
  if (owner === undefined || (kind !== 'file' && kind !== 'link') || isAmbiguous(path)) return undefined;
  const { index, changes, conversions, sizes } = owner.repository;
  const inside = path.slice(owner.prefix.length);
  const tracked = index.get(inside);
  const mode = modesOf[kind].find((each) => each === tracked?.mode);
  if (tracked?.plain !== true || mode === undefined || changes.onDisk.has(inside)) return undefined;
  const conversion = conversions.get(inside);
  if (conversion === 'bytes') return undefined;
  // Git takes CRs away and never adds any, so that equal lengths are equal bytes.
  if (conversion === 'line-ends' && lengthOf(`${root}/${path}`) !== sizes.get(tracked.id)) return undefined;
  return { mode, id: tracked.id };
}

/** A few microseconds a file; as a promise it would be ten times as many, for each of what may be all files. */
const lengthOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.size;

function isDirty({ path, kind, owner }: Found): boolean {
  if (owner === undefined || (kind !== 'file' && kind !== 'link')) return false;
  const inside = path.slice(owner.prefix.length);
  if (/^\.git(\/|$)/.test(inside)) return false;
  return !owner.repository.index.has(inside) || owner.repository.changes.sinceCommit.has(inside);
}

/** Backups in a directory of another host, by OpenSSH: nothing need be installed there. */
import { basename, dirname, join } from 'node:path/posix';
import type { SshPlace } from '../../../domain/ssh/place.ts';
import { formatDestination } from '../../../domain/storage/destination.ts';
import type { SshDirectory } from '../../../domain/storage/destination.ts';
import { assertKey } from '../../../domain/storage/key.ts';
import type { Leftover, Storage, StoredObject, SweepOrder } from '../../../ports/storage.ts';
import { finishedName } from '../unfinished.ts';
import { getFar } from './download.ts';
import { farHost } from './far.ts';
import type { Far, FarOptions } from './far.ts';
import { listedIn, statIn } from './listed.ts';
import { finding, listing, removing, tidying } from './scripts.ts';
import { putFar } from './upload.ts';

export interface SshStorageOptions extends Pick<FarOptions, 'files' | 'streams' | 'clock'> {
  readonly destination: SshDirectory;
  readonly over: SshPlace;
  /** Never the same twice: `randomUUID`. */
  readonly newMark: () => string;
  /** Ends what is under way; what is half-written is removed before its call rejects. */
  readonly signal?: AbortSignal;
}

export function sshStorage(options: SshStorageOptions): Storage {
  const { destination, newMark, signal, ...rest } = options;
  const { directory } = destination;
  const place = formatDestination(destination);
  const far = farHost({ ...rest, place, directory, signal });
  const pathOf = (key: string): string => join(directory, assertKey(key));
  const head = async (key: string): Promise<StoredObject | undefined> => {
    const said = await far.text(`read ${key}`, finding(pathOf(key)));
    return said === '' ? undefined : { key, ...statIn(said) };
  };
  return {
    place,
    put: async (key, bytes) => putFar({ far, place, key, path: pathOf(key), mark: newMark() }, bytes),
    async get(key) {
      const object = await head(key);
      return object === undefined ? undefined : getFar({ far, place, path: pathOf(key), object });
    },
    head,
    list: (prefix) => listFar(far, directory, prefix),
    delete: async (key) => void (await far.text(`delete ${key}`, removing(pathOf(key), directory))),
    sweep: (order) => sweepFar(far, directory, order),
  };
}

const unfinishedFiles = ['-name', '.slipway-*.part'] as const;
/** What a shell prints on two lines would be taken for two files. */
const oneLine = ['!', '-name', '*\n*'] as const;

async function* listFar(far: Far, root: string, prefix: string): AsyncGenerator<StoredObject> {
  // Only the directory that the prefix names is walked through.
  const below = prefix.includes('/') ? `${assertKey(dirname(`${prefix}.`))}/` : '';
  const said = await far.text(
    `list ${prefix}`.trimEnd(),
    listing(join(root, below), ...oneLine, '!', ...unfinishedFiles),
  );
  for (const { key, ...file } of listedIn(said).files)
    if (`${below}${key}`.startsWith(prefix)) yield { key: `${below}${key}`, ...file };
}

/** How many names go into one command: a shell takes 128 KiB. */
const atOnce = 50;

/** By the time of the last write: a run that still writes touches its file all the while. */
async function sweepFar(far: Far, root: string, { isOurs, idleFor }: SweepOrder): Promise<Leftover[]> {
  const { now, files } = listedIn(
    await far.text('list what is unfinished', listing(root, ...oneLine, ...unfinishedFiles)),
  );
  const left = files.flatMap(({ key: file, modified }) => {
    const name = finishedName(basename(file));
    if (name === undefined || modified > now - idleFor) return [];
    const key = join(dirname(file), name);
    return isOurs(key) ? [{ key, file, touched: modified }] : [];
  });
  for (let at = 0; at < left.length; at += atOnce) {
    const paths = left.slice(at, at + atOnce).map(({ file }) => join(root, file));
    await far.text('remove what is unfinished', tidying(...paths));
  }
  return left.map(({ key, touched }) => ({ key, touched }));
}

/** Reads what the other host says of its files. Its clock counts in seconds. */
import type { StoredObject } from '../../../ports/storage.ts';

/** Of one file: `<bytes> <seconds>`. */
export function statIn(said: string): Omit<StoredObject, 'key'> {
  const [, bytes, seconds] = /^(\d+) (\d+)\n$/.exec(said) ?? [];
  if (bytes === undefined) throw new Error(`stat said ${JSON.stringify(said)}`);
  return { bytes: Number(bytes), modified: Number(seconds) * 1_000 };
}

export interface Listed {
  /** Milliseconds since the epoch, by the other host's clock. */
  readonly now: number;
  /** By path from the directory that was listed, with slashes; in the order of the keys. */
  readonly files: readonly StoredObject[];
}

export function listedIn(said: string): Listed {
  const [first = '', ...lines] = said.split('\n');
  const now = /^now (\d+)$/.exec(first)?.[1];
  if (now === undefined) throw new Error(`the listing began with ${JSON.stringify(first)}`);
  const files = lines.flatMap((line) => {
    const [, bytes, seconds, key = ''] = /^(\d+) (\d+) \.\/(.+)$/.exec(line) ?? [];
    return bytes === undefined ? [] : [{ key, bytes: Number(bytes), modified: Number(seconds) * 1_000 }];
  });
  return { now: Number(now) * 1_000, files: files.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

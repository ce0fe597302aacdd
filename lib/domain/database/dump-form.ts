/** What a stored file is, by its first bytes, and how its end would look: for dumps that somebody else made. */

export type Wrapping = 'gzip' | 'zstd' | 'age';

const magics: readonly (readonly [Wrapping, readonly number[] | Uint8Array])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  // pzstd's files begin with a frame that is to be skipped.
  ['zstd', [0x50, 0x2a, 0x4d, 0x18]],
  ['age', new TextEncoder().encode('age-encryption.org/v1')],
];

/** How many bytes of the beginning are needed to tell. */
export const headBytes = 1_024;
/** How many of the end. */
export const tailBytes = 4_096;

export const wrappingOf = (head: Uint8Array): Wrapping | undefined =>
  magics.find(([, magic]) => Array.from(magic).every((byte, at) => head[at] === byte))?.[0];

export interface DumpForm {
  /** In words. */
  readonly name: string;
  /** Whether the last bytes are those of a whole one; undefined where that cannot be told. */
  readonly isWhole?: (tail: Uint8Array) => boolean;
}

const ends =
  (line: RegExp) =>
  (tail: Uint8Array): boolean =>
    line.test(textOf(tail));

/**
 * Undefined for what is not known. A pipe whose first program is killed leaves a compressed file that is whole, of a
 * dump that is not (`mysqldump | gzip`, docker-library/mysql#471): so a dump's own last line is what counts.
 */
export function dumpFormOf(head: Uint8Array): DumpForm | undefined {
  const text = textOf(head);
  if (text.startsWith('PGDMP')) return { name: 'an archive of pg_dump' };
  if (/^-- PostgreSQL database cluster dump$/m.test(text))
    return { name: 'SQL of pg_dumpall', isWhole: ends(/^-- PostgreSQL database cluster dump complete$/m) };
  if (/^-- PostgreSQL database dump$/m.test(text))
    return { name: 'SQL of pg_dump', isWhole: ends(/^-- PostgreSQL database dump complete$/m) };
  const mysql = /^-- (MySQL|MariaDB) dump /m.exec(text)?.[1];
  if (mysql !== undefined)
    return { name: `SQL of ${mysql}'s dump tool`, isWhole: ends(/^-- Dump completed\b.*\n?$/m) };
  if (text.slice(257, 262) === 'ustar')
    return { name: 'a tar archive', isWhole: (tail) => tail.slice(-1_024).every((byte) => byte === 0) };
  return undefined;
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

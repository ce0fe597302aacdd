/** What a stored file is, by its first bytes, and how its end must look: for dumps that somebody else made. */
import { walkPgArchive } from './pg-archive-walk.ts';
import { walkTar } from './tar-walk.ts';
import { Walk } from './walk.ts';
import type { EndSeeker } from './walk.ts';

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
const tailBytes = 4_096;

export const wrappingOf = (head: Uint8Array): Wrapping | undefined =>
  magics.find(([, magic]) => Array.from(magic).every((byte, at) => head[at] === byte))?.[0];

export interface DumpForm {
  /** In words. */
  readonly name: string;
  /** Sees all of it pass, and then knows whether it is whole; undefined where that cannot be told. */
  readonly seekEnd?: () => EndSeeker;
  /** Lies beside a dump, and is none. */
  readonly isBeside?: boolean;
}

/**
 * Undefined for what is not known. A pipe whose first program is killed leaves a compressed file that is whole, of a
 * dump that is not (`mysqldump | gzip`, docker-library/mysql#471): so a dump's own last line is what counts.
 */
export function dumpFormOf(head: Uint8Array): DumpForm | undefined {
  const text = textOf(head);
  if (text.startsWith('PGDMP'))
    return { name: 'an archive of pg_dump', seekEnd: () => new Walk(walkPgArchive()) };
  if (/^-- PostgreSQL database cluster dump$/m.test(text))
    return { name: 'SQL of pg_dumpall', seekEnd: ends(/^-- PostgreSQL database cluster dump complete$/m) };
  if (/^-- PostgreSQL database dump$/m.test(text))
    return { name: 'SQL of pg_dump', seekEnd: ends(/^-- PostgreSQL database dump complete$/m) };
  const mysql = /^-- (MySQL|MariaDB) dump /m.exec(text)?.[1];
  if (mysql !== undefined)
    return { name: `SQL of ${mysql}'s dump tool`, seekEnd: ends(/^-- Dump completed\b.*\n?$/m) };
  if (text.slice(257, 262) === 'ustar') return { name: 'a tar archive', seekEnd: () => new Walk(walkTar()) };
  if (text.startsWith('{ "PostgreSQL-Backup-Manifest-Version"'))
    return {
      name: 'the manifest of pg_basebackup',
      seekEnd: ends(/"Manifest-Checksum": "[0-9a-f]+"\}\s*$/),
      isBeside: true,
    };
  if (/^(?:\\?[0-9a-f]{32,128}(?: [ *].+)?\n)+$/.test(text))
    return { name: 'checksums', seekEnd: ends(/\n$/), isBeside: true };
  return undefined;
}

/** By its last bytes. */
const ends = (line: RegExp) => (): EndSeeker => {
  const tail = new Tail();
  return { see: (chunk) => tail.see(chunk), isWhole: () => line.test(tail.text()) };
};

/** The last bytes of what passes. */
export class Tail {
  #bytes: Uint8Array = new Uint8Array();

  see(chunk: Uint8Array): void {
    const [before, last] = [this.#bytes, chunk.subarray(-tailBytes)];
    const kept = before.subarray(Math.max(0, before.length + last.length - tailBytes));
    const bytes = new Uint8Array(kept.length + last.length);
    bytes.set(kept);
    bytes.set(last, kept.length);
    this.#bytes = bytes;
  }

  text(): string {
    return textOf(this.#bytes);
  }
}

const complaint =
  /^(?:\S*sh: (?:(?:line )?\d+: )?)?(?:\S*\/)?(?:pg_dump|pg_dumpall|pg_basebackup|psql|mysqldump|mysql|mariadb-dump|mariadb|mongodump): .*(?:error|fatal|fail|denied|could not|cannot|can't|unknown|not found|no such|refused|abort).*$/im;

/**
 * What a dump tool, or the shell that did not find it, complained of, where its words went into the file: `pg_dump: error:
 * … authentication failed`. Undefined where no line is of that kind.
 */
export const complaintIn = (text: string): string | undefined => complaint.exec(text)?.[0].slice(0, 300);

export const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

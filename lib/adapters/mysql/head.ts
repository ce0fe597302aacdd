import { readVersion } from '../../domain/database/versions.ts';
import type { Version } from '../../domain/database/versions.ts';
import { MalformedDump } from './malformed-dump.ts';

export interface Headed {
  /** What wrote it. */
  readonly dumper: Version;
  /** All of it, from the first byte. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const longestHead = 4_096;

/**
 * `-- MySQL dump 10.13  Distrib 8.0.36, for Linux`, `-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for …`,
 * `-- MariaDB dump 10.19-11.4.2-MariaDB, for …`; since MariaDB 10.11.8 behind the line that enables the sandbox.
 */
const headForm = /^(?:\/\*M?!999999[^\n]*\n)?-- (MySQL|MariaDB) dump [\d.]+(?:\s+Distrib |-)([^\s,]+),/;

/**
 * Reads as much of a dump as tells what wrote it. Throws where it is none, and what `accept` throws; the dump is then
 * closed, for nobody will read the rest.
 */
export async function readHead(
  dump: AsyncIterable<Uint8Array>,
  accept: (dumper: Version) => void = () => undefined,
): Promise<Headed> {
  const iterator = dump[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let text = '';
  while (text.length < longestHead && !headForm.test(text)) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    text += Buffer.from(next.value).toString('latin1', 0, longestHead);
  }
  const [, family = '', version = ''] = headForm.exec(text) ?? [];
  const dumper = readVersion(family === 'MariaDB' ? 'mariadb' : 'mysql', version);
  try {
    if (dumper === undefined)
      throw new MalformedDump('it does not begin as one of mysqldump or mariadb-dump does');
    accept(dumper);
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      yield* first.splice(0);
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { dumper, bytes: bytes() };
}

/**
 * An archive of `pg_dump -Fc`: a head, a table of contents that is written before the data, and a block for each entry
 * that has some. It is whole when every such block was there and the last one ended (pg_backup_archiver.c and
 * pg_backup_custom.c of PostgreSQL 8.0 to 18, archive versions 1.10 to 1.16).
 */
import type { Steps, Whole } from './walk.ts';

interface Head {
  /** The archive's minor version. */
  readonly minor: number;
  /** Bytes of a number, beside its sign. */
  readonly intSize: number;
  readonly offsetSize: number;
}

const custom = 1;
const noData = 3;
const [dataBlock, blobsBlock] = [1, 3];
const [oldest, newest] = [10, 16];
/** A table of contents that claims more was not written by pg_dump. */
const mostEntries = 50_000_000;

export function* walkPgArchive(): Steps<Whole> {
  const start = yield { take: 11 };
  const [major, minor = 0, , intSize = 0, offsetSize = 0, format] = start.subarray(5);
  // A table of contents alone (-Fd) has its data in other files, and what is newer than this is not known.
  if (major !== 1 || minor < oldest || minor > newest || format !== custom) return undefined;
  if (intSize < 1 || intSize > 6 || offsetSize > 8) return undefined;
  const head = { minor, intSize, offsetSize };
  yield* skipRestOfHead(head);
  const missing = yield* entriesWithData(head);
  if (missing === undefined) return undefined;
  for (;;) {
    const isComplete = missing.size === 0;
    const [type] = yield { take: 1, mayEnd: isComplete };
    if (type !== dataBlock && type !== blobsBlock) return isComplete ? undefined : false;
    if (!missing.delete(yield* readInt(head))) return false;
    const isSkipped = type === dataBlock ? yield* skipChunks(head) : yield* skipBlobs(head);
    if (!isSkipped) return false;
  }
}

/** Compression, date, and the names of database and versions. */
function* skipRestOfHead(head: Head): Steps<void> {
  if (head.minor >= 15) yield { skip: 1 };
  else yield* readInt(head);
  for (let part = 0; part < 7; part += 1) yield* readInt(head);
  for (let name = 0; name < 3; name += 1) yield* skipText(head);
}

/** The ids of those whose data must follow; undefined for what cannot be a table of contents. */
function* entriesWithData(head: Head): Steps<Set<number> | undefined> {
  const ids = new Set<number>();
  const count = yield* readInt(head);
  if (count < 0 || count > mostEntries) return undefined;
  for (let entry = 0; entry < count; entry += 1) {
    const id = yield* readInt(head);
    yield* readInt(head); // hadDumper
    for (const _ of ['tableoid', 'oid', 'tag', 'desc']) yield* skipText(head);
    if (head.minor >= 11) yield* readInt(head); // section
    for (const _ of ['defn', 'dropStmt', 'copyStmt', 'namespace', 'tablespace']) yield* skipText(head);
    if (head.minor >= 14) yield* skipText(head); // tableam
    if (head.minor >= 16) yield* readInt(head); // relkind
    for (const _ of ['owner', 'withOids']) yield* skipText(head);
    while (yield* skipText(head)); // dependencies
    const [state] = yield { take: 1 };
    yield { skip: head.offsetSize };
    if (state !== noData) ids.add(id);
  }
  return ids;
}

/** Large objects: an oid and its bytes, until an oid of zero. */
function* skipBlobs(head: Head): Steps<boolean> {
  while ((yield* readInt(head)) !== 0) if (!(yield* skipChunks(head))) return false;
  return true;
}

/** Lengths, each with its bytes, until a length of zero; false where one is none. */
function* skipChunks(head: Head): Steps<boolean> {
  for (;;) {
    const length = yield* readInt(head);
    if (length <= 0) return length === 0;
    yield { skip: length };
  }
}

/** False for the text that is not there, which also ends a list. */
function* skipText(head: Head): Steps<boolean> {
  const length = yield* readInt(head);
  if (length > 0) yield { skip: length };
  return length >= 0;
}

/** Its sign, then its bytes, the lowest first. */
function* readInt({ intSize }: Head): Steps<number> {
  const [sign, ...bytes] = yield { take: 1 + intSize };
  const value = bytes.reduceRight((total, byte) => total * 256 + byte, 0);
  return sign === 0 ? value : -value;
}

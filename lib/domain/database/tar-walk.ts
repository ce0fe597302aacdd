/**
 * A tar archive from header to header: zeros at its end prove nothing, for a member may be full of them. POSIX ustar and
 * pax, GNU's long names, large sizes and sparse files.
 */
import type { Steps, Whole } from './walk.ts';

const block = 512;
/** A pax header that is longer holds nothing that we look for. */
const longestPax = 1_048_576;

/** Whole where two blocks of zeros follow the last member (POSIX); what follows them may be another archive. */
export function* walkTar(): Steps<Whole> {
  let [zeros, sizeInPax] = [0, undefined as number | undefined];
  for (;;) {
    const header = yield { take: block, mayEnd: zeros >= 2 };
    if (header.every((byte) => byte === 0)) {
      zeros += 1;
      continue;
    }
    zeros = 0;
    if (!isHeader(header)) return false;
    const type = String.fromCharCode(header[156] ?? 0);
    const size: number | undefined = sizeInPax ?? sizeIn(header);
    if (size === undefined) return false;
    sizeInPax = undefined;
    if (type === 'S') yield* skipSparseMap(header);
    if (type === 'x' && size <= longestPax) {
      sizeInPax = paxSize(yield { take: padded(size) });
      continue;
    }
    // Links, devices and folders have no bytes, whatever their size says.
    yield { skip: '23456'.includes(type) ? 0 : padded(size) };
  }
}

const padded = (size: number): number => Math.ceil(size / block) * block;

const checksumAt = 148;

/** By its own checksum, in which it counts as spaces. */
function isHeader(header: Uint8Array): boolean {
  const sum = header.reduce(
    (total, byte, at) => total + (at >= checksumAt && at < checksumAt + 8 ? 0x20 : byte),
    0,
  );
  return octal(header.subarray(checksumAt, checksumAt + 8)) === sum;
}

/** Octal digits, or, with the first bit set, a number in base 256. */
function sizeIn(header: Uint8Array): number | undefined {
  const field = header.subarray(124, 136);
  const [first = 0, ...rest] = field;
  if ((first & 0x80) === 0) return octal(field);
  const size = rest.reduce((total, byte) => total * 256 + byte, first & 0x7f);
  return Number.isSafeInteger(size) ? size : undefined;
}

function octal(field: Uint8Array): number | undefined {
  const digits = textOf(field)
    .replace(/\0[^]*$/, '')
    .trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : undefined;
}

/** `20 size=8589934592\n`: of the member that follows, where its own field is too small. */
function paxSize(records: Uint8Array): number | undefined {
  const size = /(?:^|\n)\d+ size=(\d+)\n/.exec(textOf(records))?.[1];
  return size === undefined ? undefined : Number(size);
}

/** The holes that did not fit into the header of a sparse file are in blocks behind it. */
function* skipSparseMap(header: Uint8Array): Steps<void> {
  let more = header[482] !== 0;
  while (more) more = (yield { take: block })[504] !== 0;
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

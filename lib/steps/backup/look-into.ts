/** Reads an object that somebody else wrote, whole, and says how far it can be told that it is a whole dump. */
import {
  Tail,
  complaintIn,
  dumpFormOf,
  headBytes,
  textOf,
  wrappingOf,
} from '../../domain/database/dump-form.ts';
import type { DumpForm, Wrapping } from '../../domain/database/dump-form.ts';
import type { Whole } from '../../domain/database/walk.ts';
import { CancelledError, TargetError, UnreachableError } from '../../domain/errors.ts';
import type { Account } from '../../domain/storage/account.ts';
import type { Packing } from '../../ports/packing.ts';
import type { Storage } from '../../ports/storage.ts';

export interface LookedInto {
  readonly account: Account;
  /** Of what is inside the compression; undefined where there is none. */
  readonly rawBytes?: number;
  /** Whether its own end was seen. */
  readonly isWhole: boolean;
  /** False for what lies beside dumps: checksums, pg_basebackup's manifest. */
  readonly isDump: boolean;
  /** What was checked, and what could not be, in words. */
  readonly checked: string;
}

/** Throws TargetError where it is gone, empty, cut or damaged, or an error message in the place of a dump. */
export async function lookInto(key: string, storage: Storage, packing: Packing): Promise<LookedInto> {
  const refuse = (problem: string, remedy: string, cause?: unknown): TargetError =>
    new TargetError(`${key} ${problem}`, { subject: `${storage.place}/${key}`, remedy }, { cause });
  const download = await storage.get(key);
  if (download === undefined)
    throw refuse('is gone again', 'find out what else deletes below the destination');
  const outer = await peek(download.bytes);
  if (outer.head.length === 0) throw refuse('is empty', emptyRemedy);
  const wrapping = wrappingOf(outer.head);
  const inside = await readInside(unwrapped(outer.bytes, wrapping, packing), wrapping).catch(
    (error: unknown) => {
      if ([TargetError, UnreachableError, CancelledError].some((kind) => error instanceof kind)) throw error;
      throw refuse(`is cut or damaged: its ${wrapping} does not end as it must`, cutRemedy, error);
    },
  );
  const { bytes, form, isWhole, complaint } = inside;
  if (bytes === 0) throw refuse(`holds nothing: its ${wrapping} is empty`, emptyRemedy);
  if (complaint !== undefined && isWhole !== true)
    throw refuse(`holds an error instead of a whole dump: ${complaint}`, errorRemedy);
  if (isWhole === false) throw refuse(`is ${form?.name} without its end: the dump was cut short`, cutRemedy);
  return {
    account: download.account(),
    ...(wrapping === 'gzip' || wrapping === 'zstd' ? { rawBytes: bytes } : {}),
    isWhole: isWhole === true,
    isDump: form?.isBeside !== true,
    checked: checkedWords(wrapping, form, isWhole),
  };
}

interface Inside {
  readonly bytes: number;
  readonly form: DumpForm | undefined;
  readonly isWhole: Whole;
  /** Of the program that should have dumped, at the beginning or the end. */
  readonly complaint: string | undefined;
}

async function readInside(
  unpacked: AsyncIterable<Uint8Array>,
  wrapping: Wrapping | undefined,
): Promise<Inside> {
  const { head, bytes: all } = await peek(unpacked);
  const form = wrapping === 'age' ? undefined : dumpFormOf(head);
  const [seeker, tail] = [form?.seekEnd?.(), new Tail()];
  let bytes = 0;
  for await (const chunk of all) {
    bytes += chunk.length;
    tail.see(chunk);
    seeker?.see(chunk);
  }
  return {
    bytes,
    form,
    isWhole: seeker?.isWhole(),
    complaint: wrapping === 'age' ? undefined : (complaintIn(textOf(head)) ?? complaintIn(tail.text())),
  };
}

const emptyRemedy = 'the program that dumps failed before its first byte: see the log of the Job';
const cutRemedy =
  'in a shell, a pipe hides that its first program failed: set -o pipefail in the CronJob, and see the log of the Job';

const errorRemedy =
  'mend what it says; and let the CronJob store only what its dump tool finished: its errors belong in the log (no 2>&1), set -o pipefail';

function checkedWords(wrapping: Wrapping | undefined, form: DumpForm | undefined, isWhole: Whole): string {
  if (wrapping === 'age')
    return 'encrypted with age: behind its header nothing can be checked without the key';
  const outside = wrapping === undefined ? [] : [`${wrapping}, to its end`];
  return [...outside, insideWords(form, isWhole)].join('; ');
}

function insideWords(form: DumpForm | undefined, isWhole: Whole): string {
  if (form === undefined) return 'no known form of a dump';
  return isWhole === true
    ? `${form.name}, to its end`
    : `${form.name}, whose end cannot be told without restoring it`;
}

function unwrapped(
  bytes: AsyncIterable<Uint8Array>,
  wrapping: Wrapping | undefined,
  packing: Packing,
): AsyncIterable<Uint8Array> {
  if (wrapping === 'gzip') return packing.gunzip(bytes);
  return wrapping === 'zstd' ? packing.decompress(bytes) : bytes;
}

/** Enough of a stream to know it by, and all of it. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly bytes: AsyncIterable<Uint8Array> }> {
  const chunks = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < headBytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { head: head.subarray(0, headBytes), bytes: all() };
}

/** Reads an object that somebody else wrote, whole, and says how far it can be told that it is a whole dump. */
import { dumpFormOf, headBytes, tailBytes, wrappingOf } from '../../domain/database/dump-form.ts';
import type { DumpForm, Wrapping } from '../../domain/database/dump-form.ts';
import { CancelledError, TargetError, UnreachableError } from '../../domain/errors.ts';
import type { Account } from '../../domain/storage/account.ts';
import type { Packing } from '../../ports/packing.ts';
import type { Storage } from '../../ports/storage.ts';

export interface LookedInto {
  readonly account: Account;
  /** Of what is inside the compression; undefined where there is none. */
  readonly rawBytes?: number;
  /** Whether the dump's own end was seen. */
  readonly isWhole: boolean;
  /** What was checked, and what could not be, in words. */
  readonly checked: string;
}

/** Throws TargetError where it is gone, empty, cut or damaged. */
export async function lookInto(key: string, storage: Storage, packing: Packing): Promise<LookedInto> {
  const refuse = (problem: string, remedy: string, cause?: unknown): TargetError =>
    new TargetError(`${key} ${problem}`, { subject: `${storage.place}/${key}`, remedy }, { cause });
  const download = await storage.get(key);
  if (download === undefined)
    throw refuse('is gone again', 'find out what else deletes below the destination');
  const outer = new Edges();
  const { head, bytes } = await peek(outer.watch(download.bytes));
  if (outer.bytes === 0) throw refuse('is empty', emptyRemedy);
  const wrapping = wrappingOf(head);
  const inner = new Edges();
  try {
    for await (const _ of inner.watch(unwrapped(bytes, wrapping, packing)));
  } catch (error) {
    if ([TargetError, UnreachableError, CancelledError].some((kind) => error instanceof kind)) throw error;
    throw refuse(`is cut or damaged: its ${wrapping} does not end as it must`, cutRemedy, error);
  }
  if (inner.bytes === 0) throw refuse(`holds nothing: its ${wrapping} is empty`, emptyRemedy);
  const form = wrapping === 'age' ? undefined : dumpFormOf(inner.head);
  const isWhole = form?.isWhole?.(inner.tail);
  if (isWhole === false) throw refuse(`is ${form?.name} without its end: the dump was cut short`, cutRemedy);
  return {
    account: download.account(),
    ...(wrapping === 'gzip' || wrapping === 'zstd' ? { rawBytes: inner.bytes } : {}),
    isWhole: isWhole === true,
    checked: checkedWords(wrapping, form),
  };
}

const emptyRemedy = 'the program that dumps failed before its first byte: see the log of the Job';
const cutRemedy =
  'in a shell, a pipe hides that its first program failed: set -o pipefail in the CronJob, and see the log of the Job';

function checkedWords(wrapping: Wrapping | undefined, form: DumpForm | undefined): string {
  if (wrapping === 'age')
    return 'encrypted with age: behind its header nothing can be checked without the key';
  const outside = wrapping === undefined ? [] : [`${wrapping}, to its end`];
  return [...outside, insideWords(form)].join('; ');
}

function insideWords(form: DumpForm | undefined): string {
  if (form === undefined) return 'what is inside is of no form that is known here';
  return form.isWhole === undefined
    ? `${form.name}, whose end cannot be told without restoring it`
    : `${form.name}, to its end`;
}

function unwrapped(
  bytes: AsyncIterable<Uint8Array>,
  wrapping: Wrapping | undefined,
  packing: Packing,
): AsyncIterable<Uint8Array> {
  if (wrapping === 'gzip') return packing.gunzip(bytes);
  return wrapping === 'zstd' ? packing.decompress(bytes) : bytes;
}

/** The first and the last bytes of what passes. */
class Edges {
  bytes = 0;
  head: Buffer = Buffer.alloc(0);
  tail: Buffer = Buffer.alloc(0);

  async *watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.bytes += chunk.length;
      if (this.head.length < headBytes)
        this.head = Buffer.concat([this.head, chunk.subarray(0, headBytes - this.head.length)]);
      this.tail =
        chunk.length >= tailBytes
          ? Buffer.from(chunk.subarray(-tailBytes))
          : Buffer.from(Buffer.concat([this.tail, chunk]).subarray(-tailBytes));
      yield chunk;
    }
  }
}

/** Enough of a stream to know it by, and all of it. */
async function peek(
  source: AsyncGenerator<Uint8Array>,
): Promise<{ readonly head: Buffer; readonly bytes: AsyncIterable<Uint8Array> }> {
  let head = Buffer.alloc(0);
  while (head.length < headBytes) {
    const next = await source.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    yield* source;
  }
  return { head, bytes: all() };
}

/** What every storage promises, as tests: the same table for each adapter of the Storage port. */
import { expect, test } from '@jest/globals';
import type { Storage } from '../../../lib/ports/storage.ts';
import { accountOf, keysOf, streamOf } from './s3/stores.ts';

export interface Subject {
  readonly storage: Storage;
  /** The same place, for a run that this signal ends. */
  until(signal: AbortSignal): Storage;
  /** An empty place of its own. */
  apart(name: string): Storage;
  /** What is there of anything unfinished. */
  unfinished(): Promise<readonly string[]>;
}

export interface ContractOptions {
  readonly sizes: readonly number[];
  /** Of a stream that is cut, so that some of it has arrived by then. */
  readonly large: number;
  /** How many objects are listed. */
  readonly many: number;
  /** How many uploads run beside each other. */
  readonly atOnce: number;
}

/** `subject` is asked for when a test runs. */
export function storageContract(
  subject: () => Subject,
  { sizes, large, many, atOnce }: ContractOptions,
): void {
  const storage = (): Storage => subject().storage;
  const nothingUnfinished = async (): Promise<void> => expect(await subject().unfinished()).toEqual([]);

  test.each([...sizes])('%i bytes come back as they went, and are seen only when finished', async (bytes) => {
    const key = `2026/ä b+(c)'!*=&$x${bytes}.zst`;
    const upload = await storage().put(key, streamOf(bytes));
    expect(upload.account).toEqual(await accountOf(streamOf(bytes)));
    expect(await storage().head(key)).toBeUndefined();
    expect(await storage().get(key)).toBeUndefined();
    expect(await keysOf(storage(), key)).toEqual([]);

    const object = await upload.finish();
    expect(object).toMatchObject({ key, bytes });
    expect(Math.abs(object.modified - Date.now())).toBeLessThan(60_000);
    expect(await storage().head(key)).toEqual(object);
    const download = await storage().get(key);
    expect(await accountOf(download?.bytes ?? streamOf(0))).toEqual(upload.account);
    expect(download?.account()).toEqual(upload.account);
    await nothingUnfinished();
  });

  test('a key that is taken is refused before the stream is touched', async () => {
    await (await storage().put('taken', streamOf(10))).finish();
    let isTouched = false;
    async function* touched(): AsyncGenerator<Buffer> {
      isTouched = true;
      yield Buffer.from('other');
    }
    await expect(storage().put('taken', touched())).rejects.toThrow(
      /has taken already: it was left as it is/,
    );
    expect(isTouched).toBe(false);
  });

  test.each([10, large])('of two uploads of %i bytes to one key the first to finish wins', async (bytes) => {
    const key = `race/${bytes}`;
    const [first, second] = [
      await storage().put(key, streamOf(bytes)),
      await storage().put(key, streamOf(bytes + 1)),
    ];
    await first.finish();
    await expect(second.finish()).rejects.toThrow(/already/);
    expect(await storage().head(key)).toMatchObject({ bytes });
    await nothingUnfinished();
  });

  test('what is given up leaves nothing, and cannot be finished', async () => {
    for (const bytes of [10, large]) {
      const upload = await storage().put('given-up', streamOf(bytes));
      await upload.giveUp();
      await expect(upload.finish()).rejects.toThrow(/is over/);
      expect(await storage().head('given-up')).toBeUndefined();
      await nothingUnfinished();
    }
  });

  test('giving up what is finished does nothing', async () => {
    const upload = await storage().put('finished', streamOf(10));
    await upload.finish();
    await upload.giveUp();
    expect(await storage().head('finished')).toMatchObject({ bytes: 10 });
  });

  test('a stream that fails half-way leaves nothing, and its own error', async () => {
    const broken = new Error('pg_dump was killed');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* streamOf(large);
      throw broken;
    }
    await expect(storage().put('broken', failing())).rejects.toBe(broken);
    await nothingUnfinished();
    expect(await storage().head('broken')).toBeUndefined();
  });

  test('a cancel ends a stream that is stuck, and leaves nothing', async () => {
    const cancel = new AbortController();
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield* streamOf(large);
      cancel.abort(new Error('the run was cancelled'));
      await new Promise(() => undefined);
    }
    await expect(subject().until(cancel.signal).put('stuck', stuck())).rejects.toThrow(
      'the run was cancelled',
    );
    await nothingUnfinished();
  });

  test('a cancel while an upload waits to be finished: finish refuses, and leaves nothing', async () => {
    const cancel = new AbortController();
    const upload = await subject().until(cancel.signal).put('late', streamOf(large));
    cancel.abort(new Error('the run was cancelled'));
    await expect(upload.finish()).rejects.toThrow('the run was cancelled');
    await nothingUnfinished();
    expect(await storage().head('late')).toBeUndefined();
  });

  test('what is deleted is gone, and may be deleted again', async () => {
    await (await storage().put('go/ne', streamOf(10))).finish();
    await storage().delete('go/ne');
    await storage().delete('go/ne');
    expect(await storage().head('go/ne')).toBeUndefined();
  });

  test('listings are in the order of keys and keep to the prefix', async () => {
    const place = subject().apart('many');
    expect(await keysOf(place)).toEqual([]);
    const names = Array.from({ length: many }, (_each, at) => `a/${String(at).padStart(4, '0')}`);
    for (let at = 0; at < names.length; at += atOnce)
      await Promise.all(
        names.slice(at, at + atOnce).map(async (name) => (await place.put(name, streamOf(1))).finish()),
      );
    for (const name of ['b/x', 'ab', 'a/b/c']) await (await place.put(name, streamOf(1))).finish();
    expect(await keysOf(place)).toEqual([...names, 'a/b/c', 'ab', 'b/x'].sort());
    expect(await keysOf(place, 'a/')).toEqual([...names, 'a/b/c']);
    expect(await keysOf(place, 'a/000')).toEqual(names.slice(0, 10));
    expect(await keysOf(place, 'a')).toEqual([...names, 'a/b/c', 'ab']);
    expect(await keysOf(place, 'c')).toEqual([]);
    expect(await keysOf(place, 'c/d')).toEqual([]);
    expect(await keysOf(place, 'a/b/')).toEqual(['a/b/c']);
    expect(await keysOf(place, 'ab/')).toEqual([]);
  });

  test('keys that lead out of the destination are refused', async () => {
    for (const key of ['../x', 'a/../../x', '/etc/passwd'])
      for (const work of [
        () => storage().put(key, streamOf(1)),
        () => storage().get(key),
        () => storage().head(key),
        () => storage().delete(key),
      ])
        await expect(work()).rejects.toMatchObject({ name: 'ConfigurationError' });
  });
}

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGofakes3 } from '../../../../sandbox/storage/gofakes3.ts';
import type { StorageServer } from '../../../../sandbox/storage/server.ts';
import { startVersitygw } from '../../../../sandbox/storage/versitygw.ts';
import type { Storage } from '../../../../lib/ports/storage.ts';
import { accountOf, keysOf, MiB, openUploads, storeOn, streamOf } from './stores.ts';

describe.each([
  ['versitygw', startVersitygw],
  ['gofakes3', startGofakes3],
])('%s', (_, start) => {
  let server: StorageServer;
  let storage: Storage;
  beforeAll(async () => {
    server = await start();
    storage = storeOn(server, server.url);
  }, 600_000);
  afterAll(() => server?.stop());

  test.each([0, 1, 8 * MiB - 1, 8 * MiB, 8 * MiB + 1, 40 * MiB + 12_345])(
    '%i bytes come back as they went, and are seen only when finished',
    async (bytes) => {
      const key = `2026/ä b+(c)'!*=&${bytes}.zst`;
      const upload = await storage.put(key, streamOf(bytes));
      expect(upload.account).toEqual(await accountOf(streamOf(bytes)));
      expect(await storage.head(key)).toBeUndefined();
      expect(await storage.get(key)).toBeUndefined();

      const object = await upload.finish();
      expect(object).toMatchObject({ key, bytes });
      expect(Math.abs(object.modified - Date.now())).toBeLessThan(60_000);
      expect(await storage.head(key)).toEqual(object);
      const download = await storage.get(key);
      expect(await accountOf(download?.bytes ?? streamOf(0))).toEqual(upload.account);
      expect(download?.account()).toEqual(upload.account);
      expect(await openUploads(server)).toEqual([]);
    },
  );

  test('a key that is taken is refused before the stream is touched', async () => {
    await (await storage.put('taken', streamOf(10))).finish();
    let isTouched = false;
    async function* touched(): AsyncGenerator<Buffer> {
      isTouched = true;
      yield Buffer.from('other');
    }
    await expect(storage.put('taken', touched())).rejects.toThrow(/has taken already: it was left as it is/);
    expect(isTouched).toBe(false);
  });

  test.each([10, 9 * MiB])(
    'of two uploads of %i bytes to one key the first to finish wins',
    async (bytes) => {
      const key = `race/${bytes}`;
      const [first, second] = [
        await storage.put(key, streamOf(bytes)),
        await storage.put(key, streamOf(bytes + 1)),
      ];
      await first.finish();
      await expect(second.finish()).rejects.toThrow(/already/);
      expect(await storage.head(key)).toMatchObject({ bytes });
      expect(await openUploads(server)).toEqual([]);
    },
  );

  test('what is given up leaves nothing, and cannot be finished', async () => {
    for (const bytes of [10, 20 * MiB]) {
      const upload = await storage.put('given-up', streamOf(bytes));
      await upload.giveUp();
      await expect(upload.finish()).rejects.toThrow(/is over/);
      expect(await storage.head('given-up')).toBeUndefined();
      expect(await openUploads(server)).toEqual([]);
    }
  });

  test('a stream that fails half-way leaves nothing, and its own error', async () => {
    const broken = new Error('pg_dump was killed');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* streamOf(30 * MiB);
      throw broken;
    }
    await expect(storage.put('broken', failing())).rejects.toBe(broken);
    expect(await openUploads(server)).toEqual([]);
    expect(await storage.head('broken')).toBeUndefined();
  });

  test('a cancel ends a stream that is stuck, and leaves nothing', async () => {
    const cancel = new AbortController();
    const cancelled = storeOn(server, server.url, { signal: cancel.signal });
    let isClosed = false;
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield* streamOf(30 * MiB);
      cancel.abort(new Error('the run was cancelled'));
      try {
        await new Promise(() => undefined);
      } finally {
        isClosed = true;
      }
    }
    await expect(cancelled.put('stuck', stuck())).rejects.toThrow('the run was cancelled');
    expect(await openUploads(server)).toEqual([]);
    expect(isClosed).toBe(false); // it never came back: whoever owns it ends it
  });

  test('a cancel while an upload waits to be finished: finish refuses, and leaves nothing', async () => {
    const cancel = new AbortController();
    const cancelled = storeOn(server, server.url, { signal: cancel.signal });
    const upload = await cancelled.put('late', streamOf(20 * MiB));
    cancel.abort(new Error('the run was cancelled'));
    await expect(upload.finish()).rejects.toThrow('the run was cancelled');
    expect(await openUploads(server)).toEqual([]);
    expect(await storage.head('late')).toBeUndefined();
  });

  test('what is deleted is gone, and may be deleted again', async () => {
    await (await storage.put('gone', streamOf(10))).finish();
    await storage.delete('gone');
    await storage.delete('gone');
    expect(await storage.head('gone')).toBeUndefined();
  });

  test('listings follow their pages and keep to the prefix', async () => {
    const many = storeOn(server, server.url, {
      place: { kind: 's3', bucket: server.bucket, prefix: 'many' },
    });
    const names = Array.from({ length: 1_050 }, (_each, at) => `a/${String(at).padStart(4, '0')}`);
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(
        names.slice(at, at + 50).map(async (name) => (await many.put(name, streamOf(1))).finish()),
      );
    await (await many.put('b/x', streamOf(1))).finish();
    expect(await keysOf(many)).toEqual([...names, 'b/x']);
    expect(await keysOf(many, 'a/104')).toEqual(names.slice(1_040));
    expect(await keysOf(many, 'c')).toEqual([]);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { streamPacking } from '../../../lib/adapters/streams/packing.ts';
import { CancelledError, TargetError, ToolError, UnreachableError } from '../../../lib/domain/errors.ts';
import {
  DamagedObjectError,
  LostInPackingError,
  ObjectExistsError,
} from '../../../lib/domain/storage/damaged.ts';
import type { Contents } from '../../../lib/ports/database.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { storeDump } from '../../../lib/steps/backup/pipeline.ts';
import { restoreStored } from '../../../lib/steps/backup/restore-stored.ts';
import { accountOf, memoryStorage } from '../../support/memory-storage.ts';
import {
  contents,
  database,
  identity,
  manifestOf,
  onLeft,
  order,
  packing,
  recipient,
  store,
  whole,
} from './fakes.ts';
import type { FakeDatabase } from './fakes.ts';

test.each([[[recipient]], [[]]])('what is stored is what is restored, recipients %j', async (recipients) => {
  const storage = memoryStorage();
  const stored = await store(database(), storage, { recipients });
  if ('failed' in stored) throw stored.failed;
  const object = storage.objects.get(order.key) ?? Buffer.of();
  expect(stored).toMatchObject({ raw: accountOf(whole), packed: accountOf(object), contents });
  expect(stored.layers.map(({ kind }) => kind)).toEqual(recipients.length === 0 ? ['zstd'] : ['age', 'zstd']);
  if (recipients.length > 0) expect(object.includes('some bytes')).toBe(false);

  const target = database();
  const restoring = {
    manifest: manifestOf(stored),
    identities: [identity],
    oneTransaction: true,
    owners: true,
  };
  expect(await restoreStored(restoring, { database: target, packing, storage })).toEqual(contents);
  expect(target.restored()?.equals(whole)).toBe(true);
});

const killed = new ToolError('pg_dump failed: exit SIGKILL', { argv: [], exit: 'SIGKILL', lastLines: [] });

test.each([0, 0.1, 0.5, 0.99, 1])('a dump that is killed at %f is no backup', async (share) => {
  expect(await store(database({ fails: [share, killed] }), memoryStorage())).toEqual({ failed: killed });
});

test.each([0, 0.1, 0.5, 0.99])('a cancel at %f is no backup', async (at) => {
  const cancel = new AbortController();
  const from = database({
    fails: [at, new CancelledError()],
    onRead: (share) => share >= at && cancel.abort(),
  });
  expect(await store(from, memoryStorage(), { signal: cancel.signal })).toEqual({
    failed: expect.any(CancelledError),
  });
});

test('a cancel after the last byte, and one while the object is read again, are no backup', async () => {
  const [late, later] = [new AbortController(), new AbortController()];
  const slow = Promise.resolve().then(() => {
    late.abort();
    return contents;
  });
  const storage = memoryStorage();
  expect(await store(database({ contents: slow }), storage, { signal: late.signal })).toEqual({
    failed: expect.any(CancelledError),
  });
  const get: Storage['get'] = async (key) => {
    later.abort();
    return storage.get(key);
  };
  expect(await store(database(), storage, { signal: later.signal }, { get })).toEqual({
    failed: expect.any(CancelledError),
  });
});

test('contents that could not be read make no backup', async () => {
  const refused = new TargetError('the user may not read table orders', { subject: 's', remedy: 'r' });
  expect(await store(database({ contents: Promise.reject(refused) }), memoryStorage())).toEqual({
    failed: refused,
  });
});

test('an empty database is no backup, unless it may be', async () => {
  const empty: Contents = { ...contents, fingerprint: { kind: 'counts', tables: [{ name: 't', rows: 0 }] } };
  expect(await store(database({ contents: empty }), memoryStorage())).toMatchObject({
    failed: { message: expect.stringContaining('not a single row') },
  });
  expect(await store(database({ contents: empty }), memoryStorage(), { mayBeEmpty: true })).toHaveProperty(
    'raw',
  );
});

test('a storage that is content without the whole stream is found out', async () => {
  const storage = memoryStorage();
  const put: Storage['put'] = (key) => storage.put(key, (async function* () {})());
  const shop = database();
  const dump = await shop.dump(order);
  const strict: FakeDatabase = {
    ...shop,
    dump: async () => ({ ...dump, ...packing.count(dump.bytes), contents: dump.contents }),
  };
  expect(await store(strict, storage, {}, { put })).toEqual({
    failed: expect.objectContaining({ message: expect.stringContaining('not ended') }),
  });
});

test.each([0, 0.1, 0.9])('a storage that fails after %f of the stream', async (share) => {
  const lost = new UnreachableError('connection reset');
  const put: Storage['put'] = async (_, source) => {
    let seen = 0;
    for await (const chunk of source) if ((seen += chunk.length) >= share * 1_000) throw lost;
    throw lost;
  };
  expect(await store(database(), memoryStorage(), {}, { put })).toEqual({ failed: lost });
});

test('a key that is taken is left as it is', async () => {
  const storage = memoryStorage();
  storage.objects.set(order.key, Buffer.from('the last good one'));
  expect(await store(database(), storage)).toEqual({ failed: expect.any(ObjectExistsError) });
  expect(String(storage.objects.get(order.key))).toBe('the last good one');
});

test.each<[string, (bytes: Buffer) => Buffer | undefined, unknown]>([
  [
    'a flipped byte',
    (bytes) => Buffer.concat([Buffer.of((bytes[0] ?? 0) ^ 1), bytes.subarray(1)]),
    DamagedObjectError,
  ],
  ['half of it', (bytes) => bytes.subarray(0, bytes.length / 2), DamagedObjectError],
  ['nothing', () => undefined, TargetError],
])('a storage that keeps %s is found out, and what it kept is removed', async (_, damage, type) => {
  const storage = memoryStorage();
  let isDamaged = false;
  const get: Storage['get'] = async (key) => {
    const sent = storage.objects.get(key) ?? Buffer.of();
    const kept = isDamaged ? sent : damage(sent);
    isDamaged = true;
    if (kept === undefined) storage.objects.delete(key);
    else storage.objects.set(key, kept);
    return storage.get(key);
  };
  const done = await store(database(), storage, {}, { get });
  expect((done as { failed: unknown }).failed).toBeInstanceOf(type);
});

describe('a zstd on PATH that ends with 0', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-zstd-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Stores through a program that does that to what it was given. */
  async function storeThrough(program: string, recipients: readonly string[]): Promise<unknown> {
    const text = `#!${process.execPath}
const zlib = require('node:zlib');
const pieces = [];
process.stdin.on('data', (piece) => pieces.push(piece)).on('end', () => {
  const given = Buffer.concat(pieces);
  process.stdout.write(${program});
});
`;
    await writeFile(join(folder, 'zstd'), text, { mode: 0o755 });
    const through = streamPacking(processStreams({ PATH: folder }), 2, systemClock);
    const [from, storage] = [database(), memoryStorage()];
    const ports = { database: from, packing: through, storage, onLeft };
    const failed = await storeDump({ ...order, recipients }, ports).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect([from.closed(), storage.open.size, storage.objects.size]).toEqual([
      1,
      0,
      failed === undefined ? 1 : 0,
    ]);
    return failed;
  }

  test('is believed where it kept every byte', async () => {
    expect(await storeThrough('zlib.zstdCompressSync(given)', [recipient])).toBeUndefined();
  });

  test.each<[string, string, RegExp]>([
    ['loses some bytes', 'zlib.zstdCompressSync(given.subarray(0, -4096))', /2995904 bytes instead of/],
    ['swaps some', 'zlib.zstdCompressSync(given.reverse())', /other bytes \(sha256/],
    ['loses all', 'zlib.zstdCompressSync(Buffer.alloc(0))', /0 bytes instead of 3000000/],
    ['writes half a frame', 'zlib.zstdCompressSync(given).subarray(0, 200)', /was cut or changed/],
    ['does not compress', 'given', /was cut or changed/],
  ])('and %s makes no backup, and the storage is not blamed', async (_, program, difference) => {
    for (const recipients of [[recipient], []]) {
      const failed = await storeThrough(program, recipients);
      expect(failed).toBeInstanceOf(LostInPackingError);
      expect((failed as Error).message).toMatch(difference);
    }
  });
});

test('what could not be removed is told', async () => {
  const [storage, left] = [memoryStorage(), [] as string[]];
  const broken = {
    ...storage,
    get: () => Promise.reject(new Error('gone')),
    delete: () => Promise.reject(new Error('busy')),
  };
  const ports = { database: database(), packing, storage: broken, onLeft: (key: string) => left.push(key) };
  await expect(storeDump(order, ports)).rejects.toThrow('gone');
  expect(left).toEqual([order.key]);
});

test('the dump itself is held back, before it is compressed', async () => {
  const limits: unknown[] = [];
  const limited: typeof packing = {
    ...packing,
    limit: (bytes, { bytesPerSecond }) => {
      limits.push(bytesPerSecond);
      return bytes;
    },
    compress: (bytes, options) => {
      limits.push('compressed');
      return packing.compress(bytes, options);
    },
  };
  const ports = { database: database(), packing: limited, storage: memoryStorage(), onLeft: () => undefined };
  await storeDump({ ...order, maxThroughput: 1_000_000 }, ports);
  expect(limits).toEqual([1_000_000, 'compressed']);
});

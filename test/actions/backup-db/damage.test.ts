import { describe, expect, test } from '@jest/globals';
import { CancelledError, UnreachableError } from '../../../lib/domain/errors.ts';
import { accountOf } from '../../support/memory-storage.ts';
import { from } from '../../support/bytes.ts';
import { packing, recipient } from '../../steps/backup/fakes.ts';
import { Yard } from './memory.ts';

test('cancelled in the middle: the cancel’s own error, nothing left', async () => {
  const yard = new Yard();
  yard.script = { onRead: (share) => share > 0.4 && yard.stop.abort() };
  await expect(yard.run()).rejects.toThrow('cancelled');
  expect(yard.keys()).toEqual([]);
});

test('out of time: it says so, and not what the tools made of it', async () => {
  const yard = new Yard();
  yard.script = {
    onRead: (share) => {
      if (share > 0.4) yard.timeIsUp.abort();
    },
  };
  await expect(yard.run()).rejects.toMatchObject({
    name: 'TargetError',
    message: expect.stringMatching(/^it was not done within .* \(timeout\)$/),
    subject: 'the backup',
    cause: expect.any(CancelledError),
  });
  expect(yard.keys()).toEqual([]);
});

test('cancelled while the object is read again: it is removed by who is not cancelled, and nothing is said to be left', async () => {
  const yard = new Yard();
  yard.overStorage = {
    async get(key) {
      yard.stop.abort();
      return yard.storage.get(key);
    },
  };
  await expect(yard.run()).rejects.toThrow('cancelled');
  expect([yard.keys(), yard.warned]).toEqual([[], []]);
});

describe('an object that the storage has changed is no backup', () => {
  test.each([
    ['dump', 'complete', 'false'],
    ['dump', 'parsed', 'false'],
    ['dump', 'restored', 'false'],
    ['globals', 'complete', 'true'],
    ['globals', 'restored', 'true'],
    ['manifest', 'complete', 'false'],
  ])('%s, %s', async (part, verify, globals) => {
    const yard = new Yard();
    yard.overStorage = {
      async put(key, bytes) {
        const upload = await yard.storage.put(key, bytes);
        return {
          ...upload,
          async finish() {
            const stored = await upload.finish();
            const object = yard.storage.objects.get(key);
            if (object !== undefined && key.includes(`/${part}`))
              object.writeUInt8((object.at(-1) ?? 0) ^ 1, object.length - 1);
            return stored;
          },
        };
      },
    };
    await expect(yard.run({ verify, globals })).rejects.toThrow();
    expect(yard.keys()).toEqual([]);
  });
});

describe('a compressor that loses bytes and ends with 0 makes no backup', () => {
  test.each([
    ['the dump', 'complete', recipient],
    ['the dump', 'complete', ''],
    ['the dump', 'parsed', recipient],
    ['the dump', 'restored', recipient],
    ['roles and grants', 'complete', recipient],
    ['roles and grants', 'complete', ''],
    ['roles and grants', 'restored', recipient],
  ])('%s, %s, recipients %j', async (part, verify, recipients) => {
    const yard = new Yard();
    let begun = 0;
    yard.overPacking = {
      compress(bytes, options) {
        const isMeant = (begun++ === 0) === (part === 'roles and grants');
        return packing.compress(isMeant ? shortened(bytes) : bytes, options);
      },
    };
    await expect(yard.run({ verify, recipients, globals: 'true' })).rejects.toThrow(
      /does not unpack to what was dumped: \d+ bytes instead of/,
    );
    expect(yard.keys()).toEqual([]);
  });
});

/** Without the last byte of each piece. */
async function* shortened(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) yield piece.subarray(0, -1);
}

test('roles and grants of which nothing came: no backup', async () => {
  const yard = new Yard();
  yard.over = {
    dumpGlobals: async () => ({ bytes: from(), account: () => accountOf(Buffer.of()) }),
  };
  await expect(yard.run({ globals: 'true' })).rejects.toThrow('the server told no roles at all');
  expect([yard.keys(), [...yard.storage.open]]).toEqual([[], []]);
});

test('two runs with the same id: the one that comes late fails, and leaves the other’s object alone', async () => {
  const yard = new Yard();
  const others = Buffer.from('the other run’s');
  yard.overStorage = {
    async put(key, bytes) {
      const upload = await yard.storage.put(key, bytes);
      yard.storage.objects.set(key, others); // it came while this one was being sent
      return upload;
    },
  };
  await expect(yard.run()).rejects.toThrow(/already: it was left as it is/);
  expect([...yard.storage.objects.values()]).toEqual([others]);
  expect([...yard.storage.open]).toEqual([]);
});

test('a manifest of which no answer came: it goes first, so that half of a backup never looks whole', async () => {
  const yard = new Yard();
  yard.overStorage = {
    async put(key, bytes) {
      const upload = await yard.storage.put(key, bytes);
      if (!key.includes('/manifest.')) return upload;
      const finish = async () => {
        await upload.finish();
        throw new UnreachableError('no answer');
      };
      return { ...upload, finish };
    },
  };
  await expect(yard.run({ globals: 'true' })).rejects.toThrow('no answer');
  const deleted = yard.done.filter((line) => line.startsWith('delete '));
  expect(deleted.map((line) => line.split('/').at(-1))).toEqual([
    'manifest.complete.json',
    'dump.pgdump.zst.age',
    'globals.sql.zst.age',
  ]);
  expect(yard.keys()).toEqual([]);
});

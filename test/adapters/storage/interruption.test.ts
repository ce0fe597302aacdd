import { expect, test } from '@jest/globals';
import { Interruption } from '../../../lib/adapters/storage/interruption.ts';

async function all(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
}

async function* two(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('ab');
  yield Buffer.from('c');
}

test('a stream passes, and its end is its own', async () => {
  expect(await all(new Interruption(undefined).guard(two()))).toBe(3);
});

test('the first failure ends a stream that never answers, and aborts what else goes on', async () => {
  const interruption = new Interruption(undefined);
  async function* stuck(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('ab');
    await new Promise(() => undefined);
  }
  const read = all(interruption.guard(stuck()));
  interruption.fail(new Error('first'));
  interruption.fail(new Error('second'));
  await expect(read).rejects.toThrow('first');
  expect(interruption.signal.reason).toMatchObject({ message: 'first' });
  expect(() => interruption.throwIfFailed()).toThrow('first');
});

test('a signal that is aborted before or meanwhile is such a failure, until it is released', async () => {
  const reason = new Error('cancelled');
  await expect(all(new Interruption(AbortSignal.abort(reason)).guard(two()))).rejects.toBe(reason);

  const cancel = new AbortController();
  const released = new Interruption(cancel.signal);
  released.release();
  cancel.abort(reason);
  expect(await all(released.guard(two()))).toBe(3);
});

test('who reads no further closes the stream', async () => {
  let isClosed = false;
  async function* closing(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.from('a');
    } finally {
      isClosed = true;
    }
  }
  for await (const _ of new Interruption(undefined).guard(closing())) break;
  expect(isClosed).toBe(true);
});

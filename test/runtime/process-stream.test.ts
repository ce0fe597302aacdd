import { setTimeout as after } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { CancelledError, ToolError } from '../../lib/domain/errors.ts';
import type { StreamCommand, StreamOptions } from '../../lib/ports/process.ts';
import { processStreams } from '../../lib/runtime/process-stream.ts';
import { collect } from '../support/bytes.ts';
import { allGone } from '../support/process-tree.ts';

const spawn = processStreams({ PATH: process.env['PATH'] ?? '', INPUT_PASSWORD: 'secret' });
const sh = (script: string, options?: StreamOptions, command: Partial<StreamCommand> = {}) =>
  spawn({ argv: ['sh', '-c', script], ...command }, options);

const text = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => String(await collect(bytes));

async function* zeros(count: number, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(size);
}

test('bytes go in and come out, and the end means exit 0', async () => {
  const child = await spawn({ argv: ['wc', '-c'], input: zeros(400) });
  expect((await text(child.stdout)).trim()).toBe(String(400 * 65_536));
  expect(await child.exit).toMatchObject({ status: 0, stderr: '', cancelled: false, timedOut: false });
});

test('a program that fails after all its output does not end its stream', async () => {
  const child = await sh('echo all of it; echo no space left >&2; exit 3');
  const read: string[] = [];
  const reading = (async () => {
    for await (const chunk of child.stdout) read.push(String(chunk));
  })();
  await expect(reading).rejects.toThrow(ToolError);
  await expect(reading).rejects.toThrow('sh failed: no space left');
  expect(read).toEqual(['all of it\n']);
});

test('nor does one that is killed', async () => {
  const child = await sh('echo half; kill -KILL $$');
  await expect(text(child.stdout)).rejects.toMatchObject({ exit: 'SIGKILL' });
});

test('an input that throws ends the program instead of ending its input', async () => {
  // A shell that is about to start a program may lose a SIGINT (dash, between vfork and exec): cat is at work by then.
  const atWork = Promise.withResolvers<void>();
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('one\n');
    await atWork.promise;
    throw new Error('the download broke off');
  }
  const child = await sh('cat; echo "took it for whole"', {}, { input: broken() });
  const chunks: string[] = [];
  const reading = (async () => {
    for await (const chunk of child.stdout) {
      chunks.push(String(chunk));
      atWork.resolve();
    }
  })();
  await expect(reading).rejects.toThrow('the download broke off');
  expect(chunks.join('')).not.toContain('took it');
  expect(await child.exit).toMatchObject({ status: 'SIGINT', inputFailure: expect.any(Error) });
});

test('a program that stops reading is judged by its exit alone', async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      yield* zeros(1_000_000);
    } finally {
      closed = true;
    }
  }
  const child = await sh('head -c 10 | wc -c', {}, { input: endless() });
  expect((await text(child.stdout)).trim()).toBe('10');
  expect(await child.exit).toMatchObject({ status: 0 });
  expect(closed).toBe(true);
});

test('a slow reader gets the last bytes of a program that has long ended', async () => {
  const child = await sh('head -c 200000 /dev/zero');
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    await after(400); // the program has ended after the first of these
  }
  expect(bytes).toBe(200_000);
});

test('while nobody reads, the program waits', async () => {
  const given: number[] = [];
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of zeros(2_000)) {
      given.push(chunk.length);
      yield chunk;
    }
  }
  const child = await spawn({ argv: ['cat'], input: counted() });
  await after(300);
  expect(given.length).toBeLessThan(40);
  expect((await text(child.stdout)).length).toBe(2_000 * 65_536);
});

test('a cancel ends the whole group', async () => {
  const controller = new AbortController();
  let pids: number[] = [];
  const child = await sh('sleep 100 & echo "pids $$ $!" >&2; wait', {
    signal: controller.signal,
    onLine(line) {
      pids = line.split(' ').slice(1).map(Number);
      controller.abort();
    },
  });
  await expect(text(child.stdout)).rejects.toThrow(CancelledError);
  expect(await child.exit).toMatchObject({ cancelled: true });
  expect(pids).toHaveLength(2);
  await allGone(pids);
});

test('one that is deaf to SIGINT and SIGTERM is killed, and its time is over', async () => {
  const child = await sh("trap '' INT TERM; while :; do sleep 0.05; done", { timeout: 100, killAfter: 300 });
  await expect(text(child.stdout)).rejects.toThrow('it did not end in time');
  expect(await child.exit).toMatchObject({ status: 'SIGKILL', timedOut: true });
});

test('leaving the loop ends the program', async () => {
  const child = await sh('yes');
  for await (const _ of child.stdout) break;
  expect((await child.exit).status).not.toBe(0);
});

test('stop ends one that nobody reads', async () => {
  const child = await sh('yes & yes');
  expect((await child.stop()).status).not.toBe(0);
});

test('aborted before it began, and a program that is not there', async () => {
  await expect(sh('true', { signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
  await expect(spawn({ argv: ['nobody-has-this-tool'] })).rejects.toThrow('was not found on PATH');
});

test('inputs of the action do not reach it', async () => {
  expect(await text((await spawn({ argv: ['env'] })).stdout)).not.toContain('secret');
});

test('what a program wrote is not lost when it has ended before anybody reads', async () => {
  const child = await processStreams({ ...process.env })({ argv: ['sh', '-c', 'printf whole'] });
  await child.exit;

  expect(await text(child.stdout)).toBe('whole');
});

const fellSilent = (bytes: number): Error => new Error(`silent after ${bytes} bytes`);

test('a program that stops in the middle without an end is ended, and its stream fails', async () => {
  const child = await sh('echo begun; echo $$ >&2; exec sleep 100', {
    silence: { longest: 200, failure: fellSilent },
  });
  await expect(text(child.stdout)).rejects.toThrow('silent after 6 bytes');
  const { status, stderr } = await child.exit;
  expect(status).toBe('SIGINT');
  await allGone([Number(stderr)]);
});

test('silence counts neither before the first byte nor while the reader is slow', async () => {
  const child = await sh('sleep 0.6; head -c 400000 /dev/zero', {
    silence: { longest: 200, failure: fellSilent },
  });
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    if (bytes < 200_000) await after(300);
  }
  expect(bytes).toBe(400_000);
});

import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../../lib/runtime/clock.ts';
import { streamPacking } from '../../../lib/adapters/streams/packing.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { installPackages, isCommand } from '../../../sandbox/packages.ts';
import { collect, from } from '../../support/bytes.ts';

const run = promisify(execFile);
const here = streamPacking(processStreams({ PATH: process.env['PATH'] ?? '' }), 2, systemClock);
const withoutZstd = streamPacking(processStreams({ PATH: '/nowhere' }), 2, systemClock);
let folder: string;
let recipient: string;
let identity: string;
beforeAll(async () => {
  await installPackages(() => ['age', 'zstd'].filter((name) => !isCommand(name)));
  folder = await mkdtemp(join(tmpdir(), 'slipway-streams-test-'));
  const { stdout } = await run('age-keygen', []);
  recipient = /public key: (\S+)/.exec(stdout)?.[1] ?? '';
  identity = /AGE-SECRET-KEY-\S+/.exec(stdout)?.[0] ?? '';
  await writeFile(join(folder, 'key'), identity);
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Text that compresses about as well as a dump does. */
async function* text(megabytes: number): AsyncGenerator<Uint8Array> {
  let state = 42;
  for (let chunk = 0; chunk < megabytes * 16; chunk++) {
    const lines: string[] = [];
    for (let at = 0; at < 65_536; at += 32) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      lines.push(
        `${state.toString(16).padStart(8, '0')}\tcustomer ${String(state % 1000).padStart(6, '0')}\tsent\n`.slice(
          0,
          32,
        ),
      );
    }
    yield Buffer.from(lines.join(''));
  }
}

test.each([
  ['zstd on PATH', here],
  ['Node’s own zstd', withoutZstd],
])('%s: the stock age and zstd open what was packed', async (_, packing) => {
  const packed = join(folder, 'packed');
  await pipeline(
    packing.encrypt(packing.compress(text(20), { level: 3 }), [recipient]),
    createWriteStream(packed),
  );
  await run('sh', ['-c', 'age -d -i "$1/key" "$1/packed" | zstd -dq > "$1/plain"', 'sh', folder]);
  expect((await readFile(join(folder, 'plain'))).equals(await collect(text(20)))).toBe(true);
  // 4 bytes of checksum are there: zstd says so.
  await run('sh', ['-c', 'age -d -i "$1/key" "$1/packed" > "$1/zst"', 'sh', folder]);
  expect((await run('zstd', ['-lv', join(folder, 'zst')])).stdout).toContain('XXH64');
});

test('what the stock age and zstd packed is opened', async () => {
  await pipeline(text(20), createWriteStream(join(folder, 'plain')));
  await run('sh', [
    '-c',
    'zstd -q -T2 -19 -c "$1/plain" | age -r "$2" > "$1/packed"',
    'sh',
    folder,
    recipient,
  ]);
  const packed = createReadStream(join(folder, 'packed'));
  const plain = await collect(here.decompress(here.decrypt(packed, [identity])));
  expect(plain.equals(await collect(text(20)))).toBe(true);
}, 60_000);

test('memory stays flat, however much passes', async () => {
  const peaks: number[] = [];
  for (const megabytes of [24, 160]) {
    let peak = 0;
    let bytes = 0;
    for await (const chunk of here.encrypt(here.compress(text(megabytes), { level: 1 }), [recipient])) {
      bytes += chunk.length;
      peak = Math.max(peak, process.memoryUsage().arrayBuffers + process.memoryUsage().external);
    }
    expect(bytes).toBeGreaterThan(megabytes * 100_000);
    peaks.push(peak);
  }
  expect((peaks[1] ?? 0) - (peaks[0] ?? 0)).toBeLessThan(48 * 1024 * 1024);
}, 120_000);

test('a reader that is slow holds the source back', async () => {
  let given = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for await (const chunk of text(64)) {
      given += chunk.length;
      yield chunk;
    }
  }
  const reader = here.encrypt(here.compress(source(), { level: 1 }), [recipient])[Symbol.asyncIterator]();
  await reader.next();
  await new Promise((resolve) => void setTimeout(resolve, 1_000));
  expect(given).toBeLessThan(40 * 1024 * 1024);
  await reader.return?.();
});

test.each(['in the same piece', 'in a piece of their own'])(
  'bytes behind the frame are an error, %s',
  async (where) => {
    const packed = await collect(here.compress(from('x'), { level: 3 }));
    const pieces =
      where === 'in the same piece' ? [Buffer.concat([packed, Buffer.from('more')])] : [packed, 'more'];
    await expect(collect(here.decompress(from(...pieces)))).rejects.toThrow('cut or changed');
  },
);

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { startTool } from '../../../lib/adapters/database-place/tools.ts';
import type { Way } from '../../../lib/adapters/database-place/tools.ts';
import type { SpawnStream } from '../../../lib/ports/process.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { collect, drain } from '../../support/bytes.ts';

const spawn = processStreams({ PATH: process.env['PATH'] ?? '' });
const here: Way = { kind: 'here', env: {} };

test('what a short tool wrote is not lost when it is read after the tool has ended', async () => {
  let ended: Promise<unknown> | undefined;
  const watching: SpawnStream = async (command, options) => {
    const child = await spawn(command, options);
    ended = child.exit;
    return child;
  };
  const run = await startTool(watching, here, ['sh', '-c', 'echo all of it'], { accounted: 'output' });
  await ended;
  await sleep(0); // Node empties an output that nobody reads on the tick after the end
  expect(String(await collect(run.output.bytes))).toBe('all of it\n');
  expect(run.output.account().bytes).toBe(10);
});

test('a failure that comes before anybody reads is told to who does', async () => {
  const run = await startTool(spawn, here, ['sh', '-c', 'echo no >&2; exit 3'], { accounted: 'output' });
  await run.exit;
  await expect(run.output.bytes[Symbol.asyncIterator]().next()).rejects.toThrow('sh failed: no');
});

describe.each<[string, Way]>([
  ['here', here],
  ['there', { kind: 'there', where: 'a pod', prefix: [], bring: (tool) => tool }],
])('a tool %s that has read enough before its input has ended (pg_restore does)', (_, way) => {
  /** Ends a while after its last byte: what unpacks a dump has a checksum to look at then. */
  async function* slowEnd(failure?: Error): AsyncGenerator<Uint8Array> {
    yield Buffer.from('0123456789');
    await sleep(300);
    if (failure !== undefined) throw failure;
  }
  const read = async (input: AsyncIterable<Uint8Array>) => {
    const run = await startTool(spawn, way, ['sh', '-c', 'head -c 10 >/dev/null'], {
      accounted: 'input',
      input,
    });
    await drain(run.output.bytes);
    return run.inputAccount();
  };

  test('is waited for the end', async () => {
    await expect(read(slowEnd())).resolves.toMatchObject({ bytes: 10 });
  });

  test('did not end well where the input did not', async () => {
    await expect(read(slowEnd(new Error('the checksum is wrong')))).rejects.toThrow('the checksum is wrong');
  });

  test('is not waited for when nobody wants it any more', async () => {
    const cancel = new AbortController();
    async function* noEnd(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('0123456789');
      await new Promise<never>(() => undefined);
    }
    const run = await startTool(spawn, way, ['sh', '-c', 'head -c 10 >/dev/null'], {
      accounted: 'input',
      input: noEnd(),
      signal: cancel.signal,
    });
    setTimeout(() => cancel.abort(), 200);
    await expect(run.output.bytes[Symbol.asyncIterator]().next()).rejects.toThrow(/cancelled/);
  });

  test('did not end well where it left bytes unread', async () => {
    async function* more(): AsyncGenerator<Uint8Array> {
      yield* slowEnd();
      for (let n = 0; n < 40; n++) yield Buffer.alloc(65_536);
    }
    await expect(read(more())).rejects.toThrow(/did not read|did not arrive whole/);
  });
});

test.each([
  ['output', /^dump in a pod fell silent: nothing came for 10m00s after 12\.3 MB/],
  ['input', undefined],
  ['none', undefined],
] as const)('silence of a tool whose %s counts', async (accounted, told) => {
  const asked: (string | undefined)[] = [];
  const noting: SpawnStream = (command, options) => {
    asked.push(options?.silence?.failure(12_300_000).message);
    return spawn(command, options);
  };
  const pod: Way = { kind: 'there', where: 'a pod', prefix: [], bring: (tool) => tool };
  const run = await startTool(noting, pod, ['dump'], { accounted });
  await run.stop();
  expect(asked).toEqual([told === undefined ? undefined : expect.stringMatching(told)]);
});

describe('a stream that ends as if all were well (kubernetes#124571)', () => {
  /** What comes back through `shell`, which ends with 0 whatever became of the tool. */
  const through = (shell: string): Way => ({
    kind: 'there',
    where: 'pod db/pg-0',
    prefix: [],
    bring: (tool) => ['sh', '-c', shell, 'sh', ...tool],
  });
  const read = async (way: Way): Promise<void> => {
    const run = await startTool(spawn, way, ['echo', 'all of it'], { accounted: 'output' });
    await drain(run.output.bytes);
  };

  test.each([
    ['whole', '"$@"', undefined],
    ['cut', '"$@" | head -c 5', 'from echo in pod db/pg-0 did not arrive whole'],
    ['longer', '"$@"; echo and more', 'did not arrive whole'],
    ['changed', '"$@" | tr a b', 'did not arrive whole'],
    ['without a word of the tool’s end', '"$@" 2>/dev/null', 'nothing was heard of echo'],
  ])('%s', async (_, shell, problem) => {
    if (problem === undefined) await read(through(shell));
    else await expect(read(through(shell))).rejects.toThrow(problem);
  });
});

import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { passwordLine, readTrailer, wrapped } from '../../../lib/adapters/database-place/wrapper.ts';
import type { Accounted } from '../../../lib/adapters/database-place/wrapper.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { drain, from } from '../../support/bytes.ts';

const spawn = processStreams({ PATH: process.env['PATH'] ?? '' });
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Runs a script as the tool, in the local sh instead of a pod's. */
async function run(accounted: Accounted, script: string, input: string | Uint8Array = '', password?: string) {
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield passwordLine(password);
    if (input.length > 0) yield Buffer.from(input);
  }
  const child = await spawn({ argv: wrapped(['sh', '-c', script], accounted), input: stdin() });
  const chunks: Uint8Array[] = [];
  const failure = await (async () => {
    for await (const chunk of child.stdout) chunks.push(chunk);
  })().catch((error: unknown) => error);
  const { status, stderr } = await child.exit;
  const lines = stderr.trimEnd().split('\n');
  return { status, failure, output: Buffer.concat(chunks), stderr, trailer: readTrailer(lines.at(-1) ?? '') };
}

test('output: bytes as they are, and what passed there', async () => {
  const { status, output, trailer } = await run('output', 'head -c 3000000 /dev/urandom; echo a word >&2');
  expect(status).toBe(0);
  expect(output).toHaveLength(3_000_000);
  expect(trailer).toEqual({ code: 0, account: { bytes: 3_000_000, sha256: sha256(output) } });
});

test('no output at all', async () => {
  expect((await run('output', 'true')).trailer).toEqual({
    code: 0,
    account: { bytes: 0, sha256: sha256('') },
  });
});

test('the exit code of the tool, not of the pipe', async () => {
  const { status, failure, trailer, output } = await run('output', 'echo half; exit 41');
  expect([status, trailer?.code, String(output)]).toEqual([41, 41, 'half\n']);
  expect(failure).toBeInstanceOf(Error);
});

test('a tool that is killed', async () => {
  expect((await run('output', 'echo half; kill -KILL $$')).trailer?.code).toBe(137);
});

test('a tool that is not there', async () => {
  const child = await spawn({ argv: wrapped(['nobody-has-this'], 'output'), input: from(passwordLine('')) });
  await expect(drain(child.stdout)).rejects.toThrow();
  expect(await child.exit).toMatchObject({ status: 127, stderr: expect.stringContaining('nobody-has-this') });
});

test('input: what arrived there', async () => {
  const input = Buffer.alloc(2_000_000, 'abc\0');
  const { status, trailer } = await run('input', 'cat >/dev/null', input);
  expect(status).toBe(0);
  expect(trailer).toEqual({ code: 0, account: { bytes: input.length, sha256: sha256(input) } });
});

test('input: a tool that stops reading and fails', async () => {
  const { status, trailer } = await run('input', 'head -c 10 >/dev/null; exit 1', Buffer.alloc(2_000_000));
  expect([status, trailer?.code]).toEqual([1, 1]);
});

test('input: what the tool prints is not counted', async () => {
  const { trailer, stderr } = await run('input', 'cat >/dev/null; echo restored', 'abc');
  expect(trailer?.account).toEqual({ bytes: 3, sha256: sha256('abc') });
  expect(stderr).toContain('restored');
});

test.each<Accounted>(['none', 'output'])(
  '%s: the password is in the environment, the rest is its input',
  async (how) => {
    const { output } = await run(how, 'printf "%s|" "$PGPASSWORD"; cat', 'SELECT 1', ` a'b"c\\d$e `);
    expect(String(output)).toBe(` a'b"c\\d$e |SELECT 1`);
  },
);

test('no password is none, not an empty one', async () => {
  expect(String((await run('none', 'echo "${PGPASSWORD-unset}"')).output)).toBe('unset\n');
});

test('only a whole trailer is one', () => {
  const sum = 'a'.repeat(64);
  expect(readTrailer(`slipway-trailer 0 12 ${sum}`)).toEqual({
    code: 0,
    account: { bytes: 12, sha256: sum },
  });
  for (const line of [
    '',
    'slipway-trailer',
    'slipway-trailer 0 12',
    `slipway-trailer  12 ${sum}`,
    `x slipway-trailer 0 1 ${sum}`,
  ])
    expect(readTrailer(line)).toBeUndefined();
});

import { expect, test } from '@jest/globals';
import { retrying } from '../../lib/steps/retrying.ts';
import { TargetError, ToolError, UnreachableError } from '../../lib/domain/errors.ts';

const tool = (line: string): ToolError =>
  new ToolError('cosign could not sign', { argv: ['cosign'], exit: 1, lastLines: [line] });

/** Fails so many times with the error, then answers; returns how it ended and how often it was asked. */
async function tried(error: Error, failures: number, retries: number, cancel = new AbortController()) {
  const slept: number[] = [];
  let asked = 0;
  const step = async (): Promise<string> => {
    asked += 1;
    if (asked <= failures) throw error;
    return 'done';
  };
  const ports = {
    clock: { now: () => 0, sleep: async (ms: number) => void slept.push(ms) },
    log: {
      info: () => {},
      warn: () => {},
      debug: () => {},
      group: <T>(_: string, body: () => Promise<T>) => body(),
      untrusted: () => {},
      mask: () => {},
    },
    signal: cancel.signal,
  };
  const ended = await retrying('sign', step, retries, ports).catch((thrown: unknown) => thrown);
  return { ended, asked, slept };
}

test.each([
  [
    'a tool that met a busy registry',
    tool('error: PUT https://r/v2/: unexpected status code 503 Service Unavailable'),
    2,
  ],
  ['a rate limit', tool('Error: signing: GET https://r/token: TOOMANYREQUESTS: 429 Too Many Requests'), 2],
  ['a registry out of reach', new UnreachableError('gone'), 2],
  ['a tool that failed for good', tool('Error: reading key: decrypt: encrypted: decryption failed'), 1],
  ['a refusal', tool('Error: signing: PUT https://r/v2/: 403 Forbidden'), 1],
  ['a target that said no', new TargetError('no', { subject: 's', remedy: 'r' }), 1],
  ['a defect', new TypeError('x is undefined'), 1],
])('%s', async (_, error, expected) => {
  const { ended, asked } = await tried(error, 1, 2);
  expect(asked).toBe(expected);
  expect(ended).toBe(expected === 2 ? 'done' : error);
});

test('to the end of the tries, longer each time; then its own error', async () => {
  const error = new UnreachableError('gone');
  expect(await tried(error, 99, 7)).toEqual({
    ended: error,
    asked: 8,
    slept: [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
  });
  expect(await tried(error, 1, 0)).toEqual({ ended: error, asked: 1, slept: [] });
});

test('not once it is cancelled', async () => {
  const cancel = new AbortController();
  cancel.abort(new Error('called off'));
  const { ended, asked } = await tried(new UnreachableError('gone'), 99, 2, cancel);
  expect([(ended as Error).message, asked]).toEqual(['called off', 1]);
});

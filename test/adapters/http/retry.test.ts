import { expect, test } from '@jest/globals';
import { countTries, passes, patiently, pauseBefore, retryAfter } from '../../../lib/adapters/http/retry.ts';
import { fakeClock } from '../registry/stored.ts';

const failed = (code: string): Error => Object.assign(new Error(code), { code });
const answered = (status: number, headers: Record<string, string> = {}) => ({ status, headers });
const patience = (retries = 4, budget = 120_000) => ({
  clock: fakeClock(),
  random: () => 0.5,
  retries,
  budget,
});

test.each([408, 429, 499, 500, 502, 503, 504, 522])('%d passes', (status) => {
  expect(passes(answered(status))).toBe(true);
});

test.each([200, 201, 202, 301, 400, 401, 403, 404, 405, 409, 412, 413, 415, 416, 501])(
  '%d does not',
  (status) => {
    expect(passes(answered(status))).toBe(false);
  },
);

test.each([
  ['ECONNRESET', true],
  ['ECONNREFUSED', true],
  ['EPIPE', true],
  ['EAI_AGAIN', true],
  ['ETIMEDOUT', true],
  ['ENOTFOUND', false],
  ['CERT_HAS_EXPIRED', false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', false],
])('%s: %s', (code, expected) => {
  expect(passes(failed(code))).toBe(expected);
});

test.each([
  ['7', 7_000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:00:30 GMT', 20_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['soon', undefined],
])('Retry-After %s, ten seconds past the epoch', (text, expected) => {
  expect(retryAfter(answered(429, { 'retry-after': text }), 10_000)).toBe(expected);
});

test('pauses grow, up to ten seconds, and chance moves each by half', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7].map((retry) => pauseBefore(retry, answered(503), patience()));
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  const at = (chance: number) => pauseBefore(2, answered(503), { ...patience(), random: () => chance });
  expect([at(0), at(1)]).toEqual([500, 1_500]);
});

test('what the server asks for is never cut short, and never waited for beyond a minute', async () => {
  expect(pauseBefore(1, answered(429, { 'retry-after': '30' }), patience())).toBe(30_000);
  const long = patience();
  expect(await countTries(long).again(answered(429, { 'retry-after': '900' }))).toBe(false);
  expect(long.clock.slept).toEqual([]);
});

test.each([
  [0, 1],
  [1, 2],
  [4, 5],
])('%d retries: %d tries', async (retries, tries) => {
  let count = 0;
  const work = async () => (count++, answered(503));
  expect(await patiently(work, patience(retries))).toMatchObject({ status: 503 });
  expect(count).toBe(tries);
});

test('the budget ends it before the tries do', async () => {
  const short = patience(100, 5_000);
  await patiently(async () => answered(503), short);
  expect(short.clock.slept).toEqual([500, 1_000, 2_000]);
});

test('progress starts the count and the budget anew', async () => {
  const tries = countTries(patience(1, 2_000));
  expect(await tries.again(answered(503))).toBe(true);
  expect(await tries.again(answered(503))).toBe(false);
  tries.progressed();
  expect(await tries.again(answered(503))).toBe(true);
});

test('who cancels is not kept waiting', async () => {
  const signal = AbortSignal.abort(new Error('cancelled'));
  expect(await countTries(patience(), signal).again(answered(503))).toBe(false);
});

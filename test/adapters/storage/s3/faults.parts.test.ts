import { describe, expect, test } from '@jest/globals';
import type { FaultOrder } from '../../../../sandbox/fault-proxy/faults.ts';
import { trafficOf } from '../../../../sandbox/fault-proxy/traffic.ts';
import { expectNothingLeft, size, storeDump, useFaultyStore } from './faulty-store.ts';
import { accountOf, MiB, openUploads, streamOf } from './stores.ts';

const faulty = useFaultyStore();

const part = (number: number | '*', fault: FaultOrder['fault'], rest: Partial<FaultOrder> = {}): void =>
  faulty.proxy.fail({ path: '*', method: 'PUT', query: `partNumber=${number}&*`, fault, ...rest });
const completing = (fault: FaultOrder['fault'], rest: Partial<FaultOrder> = {}): void =>
  faulty.proxy.fail({ path: '*', method: 'POST', query: 'uploadId=*', fault, ...rest });
const parts = () => trafficOf(faulty.proxy.recorded, { method: 'PUT' });
const partsOf = (number: number): number =>
  faulty.proxy.recorded.filter(({ url }) => url.includes(`partNumber=${number}&`)).length;

describe('trouble that passes: the object is whole, and no part that was stored is sent again', () => {
  const once: readonly (readonly [string, () => void, { again?: number; more?: number }])[] = [
    ['nothing', () => undefined, {}],
    ['500 for a part', () => part(2, { kind: 'status', status: 500 }), { again: 2 }],
    ['503 SlowDown for two parts', () => part('*', { kind: 'status', status: 503 }, { times: 2 }), {}],
    [
      '429 with Retry-After',
      () => part(3, { kind: 'status', status: 429, retryAfterSeconds: 1 }),
      { again: 3 },
    ],
    ['a reset mid-part', () => part(2, { kind: 'reset', afterSentBytes: MiB }), { again: 2, more: MiB }],
    [
      'a bit that turns on its way',
      () => part(1, { kind: 'tampered', body: 'request' }),
      { again: 1, more: 8 * MiB },
    ],
    ['a slow storage', () => part('*', { kind: 'slow', milliseconds: 300 }, { times: 0 }), {}],
    [
      'an upload that cannot begin at once',
      () =>
        faulty.proxy.fail({
          path: '*',
          method: 'POST',
          query: 'uploads=',
          fault: { kind: 'status', status: 500 },
        }),
      {},
    ],
    [
      '200 with an error for the completion',
      () =>
        completing({
          kind: 'status',
          status: 200,
          message: 'InternalError: We encountered an internal error',
        }),
      {},
    ],
    ['500 for the completion', () => completing({ kind: 'status', status: 500 }), {}],
    ['a completion whose answer is lost', () => completing({ kind: 'reset', afterReceivedBytes: 20 }), {}],
  ];

  test.each(once)('%s', async (_, fault, { again = 0, more = 0 }) => {
    fault();
    const object = await storeDump(faulty);
    expect(object.bytes).toBe(size);
    const download = await faulty.storage.get('dump');
    expect(await accountOf(download?.bytes ?? streamOf(0))).toEqual(await accountOf(streamOf(size)));
    expect(await openUploads(faulty.server, faulty.prefix)).toEqual([]);
    expect(parts().sentBytes).toBe(size + more);
    for (const number of [1, 2, 3, 4, 5])
      if (again !== 0) expect(partsOf(number)).toBe(number === again ? 2 : 1);
    expect(faulty.warnings).toEqual([]);
  });
});

describe('trouble that stays: one clear error, nothing left', () => {
  const endless = { times: 0 };
  const lasting: readonly (readonly [string, () => void, RegExp])[] = [
    [
      '500 for a part',
      () => part(3, { kind: 'status', status: 500 }, endless),
      /did not store part 3 of .*dump: it still answered 500 InternalError/,
    ],
    ['SlowDown', () => part('*', { kind: 'status', status: 503 }, endless), /it still answered 503 SlowDown/],
    [
      'a part that is always cut',
      () => part(2, { kind: 'reset', afterSentBytes: MiB }, endless),
      /could not be reached to store part 2 .*ECONNRESET|EPIPE/,
    ],
    [
      'bits that always turn',
      () => part(1, { kind: 'tampered', body: 'request' }, endless),
      /did not store part 1 of .*(Mismatch|BadDigest)/,
    ],
    [
      '200 with an error for the completion',
      () => completing({ kind: 'status', status: 200, message: 'InternalError: no' }, endless),
      /did not put .*dump together: it still answered 200 InternalError/,
    ],
    ['a refused completion', () => completing({ kind: 'status', status: 403 }, endless), /403 AccessDenied/],
    [
      'another’s object at the same time',
      () => completing({ kind: 'status', status: 412 }),
      /has dump already: it was left as it is/,
    ],
    [
      'a refused beginning',
      () => faulty.proxy.fail({ path: '*', method: 'POST', fault: { kind: 'status', status: 403 } }),
      /did not begin to store .*403 AccessDenied/,
    ],
  ];

  test.each(lasting)('%s', async (_, fault, words) => {
    fault();
    await expect(storeDump(faulty)).rejects.toThrow(words);
    await expectNothingLeft(faulty);
    expect(faulty.warnings).toEqual([]);
    expect(partsOf(5)).toBeLessThanOrEqual(1);
  });

  test('a storage that goes away half-way; what it kept is named, and swept by the next run', async () => {
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield* streamOf(20 * MiB);
      faulty.proxy.fail({ path: '*', fault: { kind: 'refused' }, times: 0 });
      yield* streamOf(20 * MiB);
    }
    await expect(faulty.storage.put('dump', stream())).rejects.toThrow(/could not be reached .*ECONNRE/);
    expect(faulty.warnings).toEqual([
      expect.stringMatching(/keeps an unfinished upload of .*dump .*the next run removes it/),
    ]);
    faulty.proxy.heal();
    expect(await openUploads(faulty.server, faulty.prefix)).toHaveLength(1);
    await faulty.storage.sweep({ isOurs: () => true, idleFor: -60_000 });
    await expectNothingLeft(faulty);
  });
});

test('a part that is never answered is sent again; where that never helps, nothing is left', async () => {
  faulty.storage = faulty.patientFor(3_000);
  part(4, { kind: 'silent' });
  expect(await storeDump(faulty)).toMatchObject({ bytes: size });
  await faulty.storage.delete('dump');

  part(2, { kind: 'silent' }, { times: 0 });
  await expect(storeDump(faulty)).rejects.toThrow(
    /could not be reached to store part 2 .*no answer within 3 s/,
  );
  expect(faulty.warnings).toEqual([]);
  await expectNothingLeft(faulty);
});

test('an abort that fails is said, and tried again before', async () => {
  faulty.proxy.fail({ path: '*', method: 'DELETE', fault: { kind: 'status', status: 500 }, times: 0 });
  const upload = await faulty.storage.put('dump', streamOf(size));
  await upload.giveUp();
  expect(faulty.warnings).toEqual([
    expect.stringMatching(/keeps an unfinished upload of .*dump \(.*500 InternalError.*\)/),
  ]);
  faulty.proxy.heal();
  await faulty.storage.sweep({ isOurs: () => true, idleFor: -60_000 });
  await expectNothingLeft(faulty);
});

import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../../lib/runtime/clock.ts';
import { storeDump, useFaultyStore } from './faulty-store.ts';
import { keysOf, openUploads, storeOn, streamOf } from './stores.ts';

const faulty = useFaultyStore();

describe('refusals say what to do', () => {
  const refusals: readonly (readonly [number, string, RegExp])[] = [
    [403, 'InvalidAccessKeyId: no such key', /AWS_ACCESS_KEY_ID, .* belong together/],
    [400, 'ExpiredToken: expired', /credentials have expired/],
    [404, 'NoSuchBucket: no', /there is no bucket backups/],
    [400, 'KMS.DisabledException: off', /KMS key/],
    [507, 'XMinioStorageFull: full', /storage is full/],
    [403, 'InvalidObjectState: not valid for its storage class', /restore it from the archive first/],
    [307, 'TemporaryRedirect: elsewhere', /check region and endpoint/],
  ];
  test.each(refusals)('%i %s', async (status, message, remedy) => {
    faulty.proxy.fail({ path: '*', fault: { kind: 'status', status, message }, times: 0 });
    for (const work of [
      () => faulty.storage.put('a', streamOf(1)),
      () => faulty.storage.get('a'),
      () => faulty.storage.delete('a'),
    ])
      await expect(work()).rejects.toMatchObject({
        name: 'TargetError',
        remedy: expect.stringMatching(remedy),
      });
  });

  test.each([
    ['storing', /s3:PutObject on arn:aws:s3:::backups\/fault-\d+\/\*/, () => storeDump(faulty)],
    ['reading', /s3:GetObject .* on arn/, () => faulty.storage.get('dump')],
    ['deleting', /s3:DeleteObject on arn/, () => faulty.storage.delete('dump')],
    ['listing', /s3:ListBucket on arn:aws:s3:::backups$/, () => keysOf(faulty.storage)],
  ])('403 when %s names the permission', async (_, remedy, work) => {
    faulty.proxy.fail({ path: '*', fault: { kind: 'status', status: 403 }, times: 0 });
    await expect(work()).rejects.toMatchObject({ remedy: expect.stringMatching(remedy) });
  });

  test('an identity that may not list can store all the same, and is told of a taken key', async () => {
    const mayNotList = () =>
      faulty.proxy.fail({
        path: '/backups',
        method: 'GET',
        fault: { kind: 'status', status: 403 },
        times: 0,
      });
    mayNotList();
    await storeDump(faulty);
    await expect(storeDump(faulty)).rejects.toThrow(/has dump already/);
    expect(await openUploads(faulty.server, faulty.prefix)).toEqual([]);
  });

  test.each([
    ['behind', -3_600_000],
    ['ahead of', 3_600_000],
  ])('a clock that is %s the storage’s by an hour', async (direction, skew) => {
    const clock = { ...systemClock, now: () => Date.now() + skew };
    await expect(
      storeOn(faulty.server, faulty.server.url, { clock }).put('a', streamOf(1)),
    ).rejects.toMatchObject({
      message: expect.stringContaining('RequestTimeTooSkewed'),
      remedy: expect.stringMatching(new RegExp(`clock is (59m|1h).* ${direction} the storage's`)),
    });
  });

  test('a wrong region: the right one is named', async () => {
    const service = { endpoint: new URL(faulty.server.url), region: 'us-east-1', pathStyle: true };
    await expect(storeOn(faulty.server, faulty.server.url, { service }).head('a')).rejects.toMatchObject({
      remedy: 'the bucket is in region eu-test-1, not us-east-1: set region: eu-test-1',
    });
  });

  test.each([
    ['secret', { accessKeyId: 'slipway', secretAccessKey: 'wrong' }],
    ['key', { accessKeyId: 'nobody', secretAccessKey: 'wrong' }],
  ])('a wrong %s is never taken for an object that is not there', async (_, credentials) => {
    const stranger = storeOn(faulty.server, faulty.server.url, { credentials });
    for (const work of [() => stranger.head('a'), () => stranger.get('a'), () => stranger.delete('a')])
      await expect(work()).rejects.toMatchObject({ remedy: expect.stringMatching(/belong together/) });
  });
});

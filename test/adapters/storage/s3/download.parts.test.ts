import { open } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { FaultOrder } from '../../../../sandbox/fault-proxy/faults.ts';
import { trafficOf } from '../../../../sandbox/fault-proxy/traffic.ts';
import { assertSame } from '../../../../lib/domain/storage/damaged.ts';
import { size, storeDump, useFaultyStore } from './faulty-store.ts';
import { accountOf, MiB, streamOf } from './stores.ts';

const faulty = useFaultyStore();

describe('reading', () => {
  const reading = (fault: FaultOrder['fault'], rest: Partial<FaultOrder> = {}): void =>
    faulty.proxy.fail({ path: '*/dump', method: 'GET', fault, ...rest });
  beforeEach(async () => {
    await storeDump(faulty);
  });

  test('a download that breaks twice goes on where it broke', async () => {
    reading({ kind: 'reset', afterReceivedBytes: 10 * MiB }, { times: 2 });
    const download = await faulty.storage.get('dump');
    expect(await accountOf(download?.bytes ?? streamOf(0))).toEqual(await accountOf(streamOf(size)));
    expect(download?.account()).toEqual(await accountOf(streamOf(size)));
    const traffic = trafficOf(faulty.proxy.recorded, { method: 'GET', path: '*/dump' });
    expect(traffic.requests).toBe(3);
    // What was cut off in the sockets comes again, the rest does not.
    expect(traffic.receivedBytes).toBeLessThan(size + 16 * MiB);
  });

  test('one that breaks again and again without getting on is given up', async () => {
    reading({ kind: 'reset', afterReceivedBytes: 10 * MiB });
    reading({ kind: 'reset' }, { times: 0 });
    const download = await faulty.storage.get('dump');
    await expect(accountOf(download?.bytes ?? streamOf(0))).rejects.toThrow(
      /could not be reached to read dump/,
    );
  });

  test('an object that is replaced meanwhile is not mixed with the other', async () => {
    reading({ kind: 'reset', afterReceivedBytes: 10 * MiB });
    const download = await faulty.storage.get('dump');
    await faulty.storage.delete('dump');
    await (await faulty.storage.put('dump', streamOf(size - 1))).finish();
    await expect(accountOf(download?.bytes ?? streamOf(0))).rejects.toThrow(
      /replaced or deleted while it was read/,
    );
  });

  test('a byte that turns on the way back, or in the storage, shows in the account', async () => {
    const sent = await accountOf(streamOf(size));
    const read = async () => accountOf((await faulty.storage.get('dump'))?.bytes ?? streamOf(0));
    reading({ kind: 'tampered', body: 'answer' });
    const onItsWay = await read();
    expect(() => assertSame(faulty.storage.place, 'dump', sent, onItsWay)).toThrow(/other bytes under dump/);

    assertSame(faulty.storage.place, 'dump', sent, await read());
    const file = await open(faulty.server.fileOf(`${faulty.prefix}/dump`), 'r+');
    await file.write(Buffer.from('!'), 0, 1, 20 * MiB);
    await file.close();
    const stored = await read();
    expect(() => assertSame(faulty.storage.place, 'dump', sent, stored)).toThrow(/other bytes under dump/);
  });

  test('who reads no further leaves no connection open', async () => {
    const download = await faulty.storage.get('dump');
    for await (const _ of download?.bytes ?? streamOf(0)) break;
    expect(download?.account().bytes).toBeLessThan(size);
  });
});

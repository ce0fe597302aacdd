import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGofakes3 } from '../../../../sandbox/storage/gofakes3.ts';
import type { StorageServer } from '../../../../sandbox/storage/server.ts';
import { startVersitygw } from '../../../../sandbox/storage/versitygw.ts';
import { until } from '../../../sandbox-parts/running.ts';
import { MiB, openUploads, storeOn, streamOf } from './stores.ts';

/** Uploads until it is killed, which is when it says that parts are stored. */
async function killedUpload(server: StorageServer, key: string): Promise<void> {
  const { url, region, bucket, accessKeyId, secretAccessKey } = server;
  const order = JSON.stringify({ url, region, bucket, accessKeyId, secretAccessKey, key });
  const program = join(import.meta.dirname, 'upload-until-killed.ts');
  const child = spawn(process.execPath, [program, order], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe.each([
  ['versitygw', startVersitygw],
  ['gofakes3', startGofakes3],
])('%s', (_, start) => {
  let server: StorageServer;
  beforeAll(async () => {
    server = await start();
  }, 600_000);
  afterAll(() => server?.stop());

  test('a killed run’s upload is swept once it is idle; what is not ours, or alive, stays', async () => {
    await killedUpload(server, 'ours/1');
    await killedUpload(server, 'theirs/1');
    const elsewhere = storeOn(server, server.url, {
      place: { kind: 's3', bucket: server.bucket, prefix: 'shopping' },
    });
    const other = await elsewhere.put('ours/2', streamOf(9 * MiB));
    const storage = storeOn(server, server.url);
    const isOurs = (key: string): boolean => key.startsWith('ours/');
    expect((await openUploads(server)).sort()).toEqual(['shop/ours/1', 'shop/theirs/1', 'shopping/ours/2']);

    expect(await storage.sweep({ isOurs, idleFor: 3_600_000 })).toEqual([]);
    const swept = await storage.sweep({ isOurs, idleFor: -60_000 });

    expect(swept).toEqual([{ key: 'ours/1', touched: expect.any(Number) }]);
    expect(Math.abs((swept[0]?.touched ?? 0) - Date.now())).toBeLessThan(60_000);
    expect((await openUploads(server)).sort()).toEqual(['shop/theirs/1', 'shopping/ours/2']);
    await other.finish();
    expect(await elsewhere.head('ours/2')).toMatchObject({ bytes: 9 * MiB });
  });

  test('an upload that is old but to which parts still come is alive', async () => {
    const storage = storeOn(server, server.url);
    const idleFor = 3_000;
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield* streamOf(9 * MiB); // begins it
      await promise;
      yield* streamOf(9 * MiB);
    }
    const sending = storage.put('ours/slow', slow());
    const isOurs = (key: string): boolean => key === 'ours/slow';
    await until('it is begun', async () => (await openUploads(server)).includes('shop/ours/slow'));
    const begun = Date.now();
    await until('it is old', () => Promise.resolve(Date.now() - begun > idleFor + 1_500)); // the times of listings are whole seconds
    resolve();
    const upload = await sending;
    expect(await storage.sweep({ isOurs, idleFor })).toEqual([]);
    expect(await upload.finish()).toMatchObject({ bytes: 18 * MiB });
  });
});

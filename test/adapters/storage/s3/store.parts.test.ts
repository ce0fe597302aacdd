import { afterAll, beforeAll, describe } from '@jest/globals';
import { startGofakes3 } from '../../../../sandbox/storage/gofakes3.ts';
import type { StorageServer } from '../../../../sandbox/storage/server.ts';
import { startVersitygw } from '../../../../sandbox/storage/versitygw.ts';
import type { Storage } from '../../../../lib/ports/storage.ts';
import { storageContract } from '../contract.ts';
import { MiB, openUploads, storeOn } from './stores.ts';

describe.each([
  ['versitygw', startVersitygw],
  ['gofakes3', startGofakes3],
])('%s', (_, start) => {
  let server: StorageServer;
  let storage: Storage;
  beforeAll(async () => {
    server = await start();
    storage = storeOn(server, server.url);
  }, 600_000);
  afterAll(() => server?.stop());

  storageContract(
    () => ({
      storage,
      until: (signal) => storeOn(server, server.url, { signal }),
      apart: (prefix) =>
        storeOn(server, server.url, { place: { kind: 's3', bucket: server.bucket, prefix } }),
      unfinished: () => openUploads(server),
    }),
    {
      sizes: [0, 1, 8 * MiB - 1, 8 * MiB, 8 * MiB + 1, 40 * MiB + 12_345],
      large: 20 * MiB,
      many: 1_050,
      atOnce: 50,
    },
  );
});

/** A server and a dump tool that say that they are of MariaDB 10.6; what they say is all that is asked of them. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TargetError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { startMariaDb } from '../../../sandbox/databases/mariadb.ts';
import type { MariaDb } from '../../../sandbox/databases/mariadb.ts';
import { order, whole } from '../database/round-trip.ts';
import { byUrl } from './shop.ts';

let folder: string;
let old: MariaDb;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-history-test-'));
  const tool = join(folder, 'mariadb-dump');
  await writeFile(
    tool,
    `#!/bin/sh
if [ "$1" = --version ]; then echo 'mariadb-dump  Ver 10.19 Distrib 10.6.1-MariaDB, for Linux (x86_64)'; exit; fi
PATH=\${PATH#*:}; exec mariadb-dump "$@"
`,
  );
  await chmod(tool, 0o755);
  old = await startMariaDb({ version: '10.6.1-MariaDB' });
  await old.sql('', 'CREATE DATABASE shop');
  await old.sql(
    'shop',
    `CREATE TABLE orders (n int); INSERT INTO orders VALUES (1);
    CREATE TABLE prices (n int) WITH SYSTEM VERSIONING; INSERT INTO prices VALUES (1); UPDATE prices SET n = 2`,
  );
}, 600_000);
afterAll(async () => {
  await old.stop();
  await rm(folder, { recursive: true, force: true });
});

const shop = (): Promise<Database> =>
  byUrl('shop', {
    port: old.port,
    password: old.password,
    spawn: processStreams({ PATH: `${folder}:${process.env['PATH'] ?? ''}` }),
  });

test('a tool that would leave history out is refused before it dumps', async () => {
  const refused = (await shop()).dump(order);
  await expect(refused).rejects.toThrow(TargetError);
  await expect(refused).rejects.toMatchObject({
    message: expect.stringContaining('MariaDB 10.6 leaves out the history of system-versioned tables'),
    details: [['has history', 'shop.prices']],
  });
}, 60_000);

test('without the rows of that table there is nothing to lose', async () => {
  const { contents } = await whole(await (await shop()).dump({ ...order, withoutRows: ['shop.prices'] }));
  expect(contents.fingerprint.tables).toMatchObject([{ name: 'orders', rows: 1 }]);
}, 60_000);

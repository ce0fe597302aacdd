/** With a real OpenSSH on both sides. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectMysql } from '../../../lib/adapters/mysql/connect.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import type { Locator } from '../../../lib/domain/database/locator.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { startSshServer } from '../../../sandbox/ssh/server.ts';
import type { SshServer } from '../../../sandbox/ssh/server.ts';
import { collect, from } from '../../support/bytes.ts';
import { order, restoring } from '../database/round-trip.ts';
import { emptyDatabase, mariadb } from './shop.ts';

const env = { PATH: process.env['PATH'] ?? '' };
const password = String.raw`it's a "secret" \ $HOME`;
let folder: string;
let ssh: SshServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-ssh-test-'));
  const { port, host, ...server } = await startSshServer({
    user: 'postgres',
    environment: { MYSQL_HOME: join(folder, 'etc') },
  });
  ssh = { port, host, ...server };
  await writeEtc();
  await mariadb.sql(
    '',
    `CREATE USER ops@localhost IDENTIFIED BY '${password.replace(/['\\]/g, '\\$&')}'; GRANT ALL ON *.* TO ops@localhost`,
  );
}, 600_000);
afterAll(async () => {
  await ssh.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Where the host's own option file would be: it knows the socket. */
async function writeEtc(): Promise<void> {
  const { chmod, mkdir } = await import('node:fs/promises');
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'etc'));
  await writeFile(join(folder, 'etc', 'my.cnf'), `[client]\nsocket=${mariadb.socket}\n`, { mode: 0o644 });
}

async function over(database: string): Promise<Database> {
  const { host, port, user, key, knownHosts } = ssh;
  const place = { kind: 'ssh', over: { host, port, user, key, knownHosts } } as const;
  const locator: Locator = { engine: 'mariadb', place, database, user: 'ops', password };
  const home = await mkdtemp(join(folder, 'home-'));
  const writePrivate = async (name: string, text: string): Promise<string> => {
    await writeFile(join(home, name), text, { mode: 0o600 });
    return join(home, name);
  };
  const files = { writePrivate, keep: () => '', read: async () => undefined };
  return connectMysql(locator, { files, spawn: processSpawn(env), stream: processStreams(env) });
}

test('dumped and restored on another host, by a password and names of odd signs', async () => {
  const dump = await (await over('shop')).dump({ ...order, withoutRows: ['odd `name`.x VALUES ('] });
  const bytes = await collect(dump.bytes);
  const contents = await dump.contents;
  await dump.close();
  const target = await over(await emptyDatabase());
  expect((await target.restore(from(bytes), restoring)).bytes).toBe(bytes.length);
  const found = await target.contents('rows', { withoutRows: ['odd `name`.x VALUES ('] });
  expect(fingerprintDifferences(contents.fingerprint, found.fingerprint)).toEqual([]);
}, 240_000);

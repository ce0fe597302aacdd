/** With a real OpenSSH on both sides. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from '@jest/globals';
import { startSshServer } from '../../../sandbox/ssh/server.ts';
import type { SshServer } from '../../../sandbox/ssh/server.ts';
import { mariadb as engine } from '../../support/databases/engines.ts';
import { roundTrip } from '../database/round-trip.ts';
import { overSsh } from '../database/ssh.ts';
import { emptyDatabase, mariadb } from './shop.ts';

const password = String.raw`it's a "secret" \ $HOME`;
let folder: string;
let ssh: SshServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-ssh-test-'));
  const etc = join(folder, 'etc');
  ssh = await startSshServer({ user: 'postgres', environment: { MYSQL_HOME: etc } });
  // Where the host's own option file would be: it knows the socket.
  await chmod(folder, 0o755);
  await mkdir(etc);
  await writeFile(join(etc, 'my.cnf'), `[client]\nsocket=${mariadb.socket}\n`, { mode: 0o644 });
  const quoted = `'${password.replace(/['\\]/g, '\\$&')}'`;
  await mariadb.sql(
    '',
    `CREATE USER ops@localhost IDENTIFIED BY ${quoted}; GRANT ALL ON *.* TO ops@localhost`,
  );
}, 600_000);
afterAll(async () => {
  await ssh.stop();
  await rm(folder, { recursive: true, force: true });
});

test('dumped and restored on another host, by a password and names of odd signs', async () => {
  const as = { ssh, folder, user: 'ops', password };
  const [source, target] = [
    await overSsh(engine, 'shop', as),
    await overSsh(engine, await emptyDatabase(), as),
  ];
  await roundTrip(source, target, { withoutRows: ['odd `name`.x VALUES ('] });
}, 240_000);

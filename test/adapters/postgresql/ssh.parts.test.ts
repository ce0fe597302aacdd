/** With a real OpenSSH on both sides. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SshPlace } from '../../../lib/domain/ssh/place.ts';
import { TargetError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';
import { startSshServer } from '../../../sandbox/ssh/server.ts';
import type { SshServer } from '../../../sandbox/ssh/server.ts';
import { postgresql } from '../../support/databases/engines.ts';
import { descendants, nameOf } from '../../support/process-tree.ts';
import { until } from '../../sandbox-parts/running.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';
import { order, readAround, roundTrip } from '../database/round-trip.ts';
import { overSsh } from '../database/ssh.ts';

let folder: string;
let postgres: Postgres;
let ssh: SshServer;
beforeAll(async () => {
  await toolPath('keeper');
  folder = await mkdtemp(join(tmpdir(), 'slipway-ssh-test-'));
  postgres = await startPostgres();
  const environment = { PGHOST: postgres.socket, PGPORT: String(postgres.port) };
  ssh = await startSshServer({ user: 'postgres', environment });
  await postgres.sql('postgres', 'CREATE DATABASE shop');
  await postgres.sql('postgres', 'CREATE DATABASE target');
  await postgres.sql('shop', shopSql({ seed: 9, rows: 15_000 }));
}, 600_000);
afterAll(async () => {
  await ssh.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const over = (rest: Partial<SshPlace> = {}, database = 'shop'): Promise<Database> =>
  overSsh(postgresql, database, { ssh, folder, over: rest });

test('dumped and restored on another host; sockets instead of pipes change nothing', async () => {
  await roundTrip(await over(), await over({}, 'target'));
}, 240_000);

test('through a host in between', async () => {
  const { host, port, user } = ssh;
  const facts = await (await over({ jump: { host, port, user } })).probe();
  expect(facts.server.engine).toBe('postgresql');
}, 240_000);

test('a host with another key is refused', async () => {
  const knownHosts = ssh.knownHosts.replace(/.{8}$/, 'AAAAAAAA');
  const probe = (await over({ knownHosts })).probe();
  await expect(probe).rejects.toThrow(TargetError);
  await expect(probe).rejects.toThrow('not the one in known-hosts');
}, 240_000);

test('nobody there', async () => {
  await expect((await over({ port: 1, knownHosts: '' })).probe()).rejects.toThrow(UnreachableError);
}, 240_000);

test('a connection whose server side is killed makes no dump', async () => {
  const dump = await (await over()).dump(order);
  const reading = readAround(dump, async () => {
    const before = new Set(sessions());
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await until('sessions are gone', () => sessions().every((pid) => !before.has(pid)));
  });
  await expect(reading).rejects.toThrow();
  await dump.close();
}, 240_000);

/** The children of the server: one or two for each connection. */
const sessions = (): number[] => {
  const server = descendants(process.pid).find((pid) => nameOf(pid) === 'sshd');
  return server === undefined ? [] : descendants(server).filter((pid) => nameOf(pid) === 'sshd');
};

/** With a real OpenSSH on both sides. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectPostgres } from '../../../lib/adapters/postgresql/connect.ts';
import { fingerprintDifferences } from '../../../lib/domain/database/fingerprint.ts';
import type { Locator } from '../../../lib/domain/database/locator.ts';
import type { SshPlace } from '../../../lib/domain/ssh/place.ts';
import { TargetError, UnreachableError } from '../../../lib/domain/errors.ts';
import type { Database } from '../../../lib/ports/database.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';
import { startPostgres } from '../../../sandbox/databases/postgresql.ts';
import type { Postgres } from '../../../sandbox/databases/postgresql.ts';
import { shopSql } from '../../../sandbox/databases/shop-postgresql.ts';
import { startSshServer } from '../../../sandbox/ssh/server.ts';
import type { SshServer } from '../../../sandbox/ssh/server.ts';
import { descendants } from '../../support/process-tree.ts';
import { until } from '../../sandbox-parts/running.ts';
import { toolPath } from '../../sandbox-parts/tools.ts';

const env = { PATH: process.env['PATH'] ?? '' };
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

async function over(rest: Partial<SshPlace> = {}, database = 'shop'): Promise<Database> {
  const { host, port, user, key, knownHosts } = ssh;
  const place = { kind: 'ssh', over: { host, port, user, key, knownHosts, ...rest } } as const;
  const locator: Locator = { engine: 'postgresql', place, database };
  const home = await mkdtemp(join(folder, 'home-'));
  const writePrivate = async (name: string, text: string): Promise<string> => {
    await writeFile(join(home, name), text, { mode: 0o600 });
    return join(home, name);
  };
  const files = { writePrivate, keep: () => '', read: async () => undefined };
  return connectPostgres(locator, { files, spawn: processSpawn(env), stream: processStreams(env) });
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* from(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const order = { fingerprint: 'rows', withoutRows: [] } as const;

test('dumped and restored on another host; sockets instead of pipes change nothing', async () => {
  const dump = await (await over()).dump(order);
  const bytes = await collect(dump.bytes);
  const contents = await dump.contents;
  await dump.close();
  const target = await over({}, 'target');
  expect((await target.restore(from(bytes), { oneTransaction: true, owners: true })).bytes).toBe(
    bytes.length,
  );
  const found = await target.contents('rows');
  expect(fingerprintDifferences(contents.fingerprint, found.fingerprint)).toEqual([]);
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
  let cut = false;
  const reading = (async () => {
    for await (const _ of dump.bytes) {
      if (cut) continue;
      cut = true;
      const before = new Set(sessions());
      for (const pid of before) process.kill(pid, 'SIGKILL');
      await until('sessions are gone', () => sessions().every((pid) => !before.has(pid)));
    }
  })();
  await expect(reading).rejects.toThrow();
  await dump.close();
}, 240_000);

/** The children of the server: one or two for each connection. */
const sessions = (): number[] => {
  const server = descendants(process.pid).find((pid) => nameOf(pid) === 'sshd');
  return server === undefined ? [] : descendants(server).filter((pid) => nameOf(pid) === 'sshd');
};
const nameOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
};

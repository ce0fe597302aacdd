import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ClusterAccess } from '../../lib/domain/cluster.ts';
import type { Locator } from '../../lib/domain/database/locator.ts';
import type { Command, Spawn } from '../../lib/ports/process.ts';
import type { Context } from '../../lib/runtime/step.ts';
import { connectDatabase } from '../../lib/wiring/database.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-wiring-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Seen {
  readonly context: Context;
  readonly masked: string[];
  readonly commands: readonly Command[];
}

/** A step whose kubectl answers with one pod. */
function step(): Seen {
  const masked: string[] = [];
  const commands: Command[] = [];
  const pod = {
    metadata: { name: 'pg-0' },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
  const spawn: Spawn = async (command) => {
    commands.push(command);
    const stdout = JSON.stringify({ items: [pod] });
    return { status: 0, stdout, stderr: '', duration: 1, cancelled: false, timedOut: false };
  };
  const temp = {
    path: folder,
    writePrivate: async (name: string, text: string) => {
      await writeFile(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    },
  };
  const log = { mask: (secret: string) => void masked.push(secret), debug: () => undefined };
  const context = { log, temp, spawn, env: {}, signal: new AbortController().signal, streams: spawn };
  return { context: context as unknown as Context, masked, commands };
}

const url: Locator = {
  engine: 'postgresql',
  place: { kind: 'url', host: 'db', port: 5432, sslMode: 'prefer' },
  database: 'shop',
  password: 'a secret',
};
const pod: Locator = {
  engine: 'postgresql',
  place: { kind: 'kubernetes', namespace: 'db', pod: { selector: 'app=pg' } },
  database: 'shop',
};

test('secrets are hidden first, and no server is asked', async () => {
  const { context, masked, commands } = step();
  const database = await connectDatabase(url, context);
  expect(database.described).toBe('postgresql database shop on db:5432');
  expect([masked, commands]).toEqual([['a secret'], []]);
});

test('MySQL and MariaDB have an adapter of their own', async () => {
  const database = await connectDatabase({ ...url, engine: 'mariadb' }, step().context);
  expect(database.described).toBe('mariadb database shop on db:5432');
});

test('a pod is looked for in the cluster that the inputs name, by a file that only this step can read', async () => {
  const { context, commands } = step();
  const token: ClusterAccess = { kind: 'token', server: 'https://10.0.0.1:6443', token: 'a token' };
  await connectDatabase(pod, context, token);
  const [kubectl] = commands;
  const file = kubectl?.env?.['KUBECONFIG'] ?? '';
  expect(await readFile(file, 'utf8')).toContain('10.0.0.1');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(kubectl?.argv).toEqual(expect.arrayContaining(['--namespace', 'db', '--selector', 'app=pg']));
});

test('or by the file and context that are there', async () => {
  const { context, commands } = step();
  await connectDatabase(pod, context, { kind: 'file', path: '/home/me/config', context: 'prod' });
  expect(commands[0]?.env).toMatchObject({ KUBECONFIG: '/home/me/config' });
  expect(commands[0]?.argv.slice(0, 3)).toEqual(['kubectl', '--context', 'prod']);
});

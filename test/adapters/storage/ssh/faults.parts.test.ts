/** What breaks on the way to another host, or there. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serverAccount } from '../../../../sandbox/databases/account.ts';
import { installPackages } from '../../../../sandbox/packages.ts';
import { startSshServer } from '../../../../sandbox/ssh/server.ts';
import type { SshServer } from '../../../../sandbox/ssh/server.ts';
import { until } from '../../../sandbox-parts/running.ts';
import { accountOf, keysOf, MiB, streamOf } from '../s3/stores.ts';
import { keysFolder, storeAt } from './ports.ts';
import { startRelay } from './relay.ts';

const run = promisify(execFile);
const account = 'postgres';
let scratch: string;
/** Programs that the server finds before its own. */
let shims: string;
let server: SshServer;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'slipway-ssh-faults-'));
  shims = join(scratch, 'shims');
  await mkdir(shims);
  await installPackages(() => (existsSync('/var/lib/postgresql') ? [] : ['postgresql']));
  for (const folder of [scratch, shims]) await (await serverAccount(account)).take(folder);
  server = await startSshServer({ user: account, environment: { PATH: `${shims}:/usr/bin:/bin` } });
}, 600_000);
afterAll(async () => {
  await server.stop();
  await rm(scratch, { recursive: true, force: true });
  await rm(keysFolder, { recursive: true, force: true });
});

const through = (port: number): SshServer => ({
  ...server,
  port,
  knownHosts: server.knownHosts.replace(`:${server.port} `, `:${port} `),
});
const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

async function shim(name: string, script: string): Promise<() => Promise<void>> {
  await writeFile(join(shims, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(shims, name), 0o755);
  return () => rm(join(shims, name), { force: true });
}

test('a connection that is cut on the way up is an error that says so, and nothing is left', async () => {
  await using relay = await startRelay(server.port);
  const root = join(scratch, 'cut-up');
  relay.faults.push({ kind: 'cut', direction: 'up', afterBytes: 4 * MiB });
  await expect(storeAt(through(relay.port), root).put('dump', streamOf(20 * MiB))).rejects.toMatchObject({
    name: 'UnreachableError',
    message: expect.stringMatching(/ssh:\/\/.*cut-up could not be reached to store dump/),
  });
  await until('the other side has seen it', async () => (await filesIn(root)).length === 0);
  expect(await keysOf(storeAt(server, root))).toEqual([]);
});

test('one that is cut on the way down goes on where it was', async () => {
  await using relay = await startRelay(server.port);
  const root = join(scratch, 'cut-down');
  await (await storeAt(server, root).put('dump', streamOf(20 * MiB))).finish();
  for (const afterBytes of [6 * MiB, 4 * MiB])
    relay.faults.push({ kind: 'cut', direction: 'down', afterBytes });
  const download = await storeAt(through(relay.port), root).get('dump');
  expect(await accountOf(download?.bytes ?? streamOf(0))).toEqual(await accountOf(streamOf(20 * MiB)));
  expect(relay.faults).toHaveLength(0);
});

test('one that goes silent ends by itself', async () => {
  await using relay = await startRelay(server.port);
  const root = join(scratch, 'stalled');
  relay.faults.push({ kind: 'stall', direction: 'up', afterBytes: 4 * MiB });
  await expect(storeAt(through(relay.port), root).put('dump', streamOf(20 * MiB))).rejects.toMatchObject({
    name: 'UnreachableError',
    message: expect.stringMatching(/could not be reached to store dump/),
  });
}, 150_000);

test('an answer that is lost after the name was taken is asked for again', async () => {
  const root = join(scratch, 'lost');
  const armed = join(scratch, 'armed');
  const upload = await storeAt(server, root).put('dump', streamOf(MiB));
  await writeFile(armed, '');
  await chmod(scratch, 0o777);
  // After the link is made, the session's own sshd is killed, once.
  const unshim = await shim(
    'stat',
    `if rm ${armed} 2>/dev/null; then
  up=$PPID
  while [ "$(cat /proc/$up/comm)" != sshd ]; do up=$(cut -d ' ' -f 4 /proc/$up/stat); done
  kill -KILL "$up"; sleep 1
fi
exec /usr/bin/stat "$@"`,
  );
  expect(await upload.finish()).toMatchObject({ key: 'dump', bytes: MiB });
  await unshim();
  expect(existsSync(armed)).toBe(false);
  expect(await filesIn(root)).toEqual(['dump']);
});

test('a host without sha256sum is refused before anything is stored', async () => {
  const few = join(scratch, 'few');
  await mkdir(few);
  const names = 'cat dirname find ln mkdir rm rmdir sh stat sync tail tee wc'.split(' ');
  for (const name of names)
    await symlink((await run('sh', ['-c', `command -v ${name}`])).stdout.trim(), join(few, name));
  const poor = await startSshServer({ user: account, environment: { PATH: few } });
  try {
    await expect(storeAt(poor, join(scratch, 'poor')).put('dump', streamOf(MiB))).rejects.toMatchObject({
      name: 'TargetError',
      message: expect.stringMatching(/did not store dump: slipway: sha256sum is not there/),
      remedy: expect.stringMatching(/must have a POSIX shell and coreutils or busybox/),
    });
    expect(await filesIn(join(scratch, 'poor'))).toEqual([]);
  } finally {
    await poor.stop();
  }
});

test('bytes that differ there are no backup', async () => {
  const unshim = await shim('cat', 'exec /usr/bin/tr a b');
  const root = join(scratch, 'short');
  const unshort = await shim('sha256sum', 'exec /usr/bin/tr a b | /usr/bin/sha256sum');
  await expect(storeAt(server, root).put('dump', streamOf(MiB))).rejects.toThrow(/did not arrive whole/);
  await unshim();
  await unshort();
  expect(await filesIn(root)).toEqual([]);
});

test('a host whose key is another one is not believed', async () => {
  const other = await startSshServer({ user: account });
  try {
    await expect(
      storeAt({ ...other, knownHosts: through(other.port).knownHosts }, join(scratch, 'x')).head('dump'),
    ).rejects.toMatchObject({ name: 'TargetError', message: expect.stringMatching(/host’s key is not/) });
  } finally {
    await other.stop();
  }
});

test('a directory that may not be looked into is not an empty one', async () => {
  const root = join(scratch, 'closed');
  await mkdir(join(root, 'inside'), { recursive: true });
  await chmod(root, 0o700); // ours, not the account's
  const storage = storeAt(server, join(root, 'inside'));
  for (const work of [
    () => storage.head('dump'),
    () => keysOf(storage),
    () => storage.put('dump', streamOf(1)),
  ])
    await expect(work()).rejects.toMatchObject({
      name: 'TargetError',
      remedy: expect.stringMatching(/let that user write to/),
    });
});

test('what a killed run left is not seen, and is swept once it is idle', async () => {
  const directory = join(scratch, 'killed');
  const { host, port, user, key, knownHosts } = server;
  const order = JSON.stringify({ host, port, user, key, knownHosts, directory });
  const program = join(import.meta.dirname, 'upload-until-killed.ts');
  const env = { ...process.env, SSH_KEYS_FOLDER: keysFolder };
  const child = spawn(process.execPath, [program, order], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;

  const storage = storeAt(server, directory);
  expect(await keysOf(storage)).toEqual([]);
  expect(await storage.sweep({ isOurs: () => true, idleFor: 3_600_000 })).toEqual([]);
  expect(await storage.sweep({ isOurs: () => true, idleFor: -60_000 })).toMatchObject([{ key: 'shop/dump' }]);
  expect(await filesIn(directory)).toEqual([]);
});

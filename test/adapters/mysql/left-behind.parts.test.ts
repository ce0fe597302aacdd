/**
 * What `kubectl exec` leaves when its stream breaks: the tool goes on in its container, whose runtime holds its output
 * open and no longer reads it. Here it is a pipe that its other end has open, too.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { descendants, nameOf } from '../../support/process-tree.ts';
import { until } from '../../sandbox-parts/running.ts';
import { order, readAround } from '../database/round-trip.ts';
import { inPod, mariadb, subject } from './shop.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-left-test-'));
  await mariadb.sql('', 'CREATE DATABASE large');
  await mariadb.sql(
    'large',
    'CREATE TABLE t (a text); INSERT INTO t SELECT repeat(md5(seq), 100) FROM seq_1_to_20000',
  );
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** cat is the way; the tool is in a session of its own, so that nothing that ends the way ends it. */
const exec = `fifo=$(mktemp -u "$0/fifo-XXXXXX"); mkfifo "$fifo"; exec 3<&0
setsid sh -c 'exec 9<>"$0"; "$@" <&3 >"$0"' "$fifo" "$@" >/dev/null &
exec cat "$fifo"`;

const there = (tool: readonly string[]): readonly string[] =>
  subject.isDump(tool) ? ['sh', '-c', exec, folder, ...tool] : tool;

/** Command lines of what is there. */
async function processes(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(`${folder}/fifo-`));
}

const sessions = (): Promise<string> =>
  mariadb.sql('', `SELECT count(*) FROM information_schema.PROCESSLIST WHERE db = 'large'`);

test.each([
  ['in the middle of a table', 1],
  ['before its first byte is read', 0],
])(
  'a dump tool whose way broke %s is ended, with its session',
  async (_, chunks) => {
    const dump = await inPod('large', there).dump(order);
    const cut = async (): Promise<void> => {
      // It has filled its pipes, and waits.
      await until('it dumps', async () => (await processes()).length > 0);
      for (const pid of descendants(process.pid)) if (nameOf(pid) === 'cat') process.kill(pid, 'SIGKILL');
    };
    if (chunks === 0) await cut();
    await expect(readAround(dump, cut)).rejects.toThrow();
    expect(await sessions()).not.toBe('0');
    await dump.close();
    await until('its session is gone', async () => (await sessions()) === '0', 10_000);
    await until('its processes are gone', async () => (await processes()).length === 0, 10_000);
  },
  60_000,
);

test('it ends no other', async () => {
  const [first, second] = [await inPod('large', there).dump(order), await inPod('large', there).dump(order)];
  for await (const _ of first.bytes) break;
  await first.close();
  let bytes = 0;
  for await (const chunk of second.bytes) bytes += chunk.length;
  expect(bytes).toBeGreaterThan(60_000_000);
  await second.close();
}, 60_000);

import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { CancelledError, TargetError } from '../../../lib/domain/errors.ts';
import { descendants } from '../../support/process-tree.ts';
import { until } from '../../sandbox-parts/running.ts';
import { order, whole } from '../database/round-trip.ts';
import { byUrl, emptyDatabase, inPod, postgres } from './shop.ts';

const counting = { ...order, fingerprint: 'counts' } as const;
const now = { ...counting, lock: { wait: 0 } };

const locks = async (): Promise<number> =>
  Number(await postgres.sql('shop', `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'`));

test('a second dump is refused, by the name of who holds the lock; afterwards it goes on', async () => {
  const first = await (await byUrl('shop')).dump(now);
  const second = (await byUrl('shop')).dump(now).catch((error: unknown) => error);
  const refused = (await second) as TargetError;
  expect(refused).toBeInstanceOf(TargetError);
  expect(refused.message).toBe('another backup or migration is at work on this database');
  expect(refused.details).toEqual([
    ['held by', expect.stringMatching(/^session \d+ of postgres \(slipway\) from 127\.0\.0\.1 since 20/)],
  ]);
  expect(refused.remedy).toMatch(/pg_terminate_backend\(\d+\)/);

  // Who asks for no lock is not kept out, and neither is another database.
  await whole(await (await byUrl('shop')).dump(counting));
  const other = await emptyDatabase();
  await postgres.sql(other, 'CREATE TABLE t ()');
  await whole(await (await byUrl(other)).dump(now));

  await whole(first);
  expect(await locks()).toBe(0);
  await whole(await (await byUrl('shop')).dump(now));
});

test('a second dump waits, and takes over the moment that the first is done', async () => {
  const first = await inPod('shop').dump(now);
  const second = inPod('shop').dump({ ...counting, lock: { wait: 30_000 } });
  await until('somebody asks', async () => (await sessions()) > 1);
  await whole(first);
  await whole(await second);
  expect(await locks()).toBe(0);
}, 60_000);

test('a cancel ends the waiting, and leaves no session', async () => {
  const first = await (await byUrl('shop')).dump(now);
  const cancel = new AbortController();
  const waiting = (await byUrl('shop')).dump({
    ...counting,
    lock: { wait: 600_000 },
    signal: cancel.signal,
  });
  await until('somebody asks', async () => (await sessions()) > 1);
  cancel.abort();
  await expect(waiting).rejects.toThrow(CancelledError);
  await whole(first);
  await until('no session is left', async () => (await sessions()) === 0);
});

test('the lock of one that was killed is free again, also while it was at work', async () => {
  const before = new Set(descendants(process.pid));
  const dump = await (await byUrl('shop')).dump({ ...order, lock: { wait: 0 } });
  const contents = dump.contents.catch((error: unknown) => error);
  expect(await locks()).toBe(1);
  for (const pid of descendants(process.pid).filter((each) => !before.has(each)))
    if ((await comm(pid)) === 'psql') process.kill(pid, 'SIGKILL');
  const next = await (await byUrl('shop')).dump({ ...counting, lock: { wait: 30_000 } });
  await whole(next);
  expect(await contents).toBeInstanceOf(Error);
  await dump.close();
}, 60_000);

test('a user who may see nothing of the others still learns that somebody is there', async () => {
  await postgres.sql('postgres', `CREATE USER reader PASSWORD 'reader'; GRANT pg_read_all_data TO reader`);
  const first = await (await byUrl('shop')).dump(now);
  const reader = await byUrl('shop', { user: 'reader', password: 'reader' });
  await expect(reader.dump(now)).rejects.toThrow('another backup or migration');
  await whole(first);
});

const sessions = async (): Promise<number> =>
  Number(
    await postgres.sql(
      'postgres',
      `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slipway' AND datname = 'shop'
         AND query ~ 'advisory_lock|SELECT|COPY'`,
    ),
  );

const comm = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();

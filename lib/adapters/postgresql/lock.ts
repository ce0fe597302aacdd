/** One backup or migration of a database at a time, by a lock that the server itself gives back when its holder dies. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Milliseconds } from '../../domain/duration.ts';
import { CancelledError, TargetError } from '../../domain/errors.ts';
import type { Session } from './session.ts';

/** `slip`, `way!`: an advisory lock is a pair of numbers, within one database. A migration takes the same. */
const key = [0x736c6970, 0x77617921] as const;

const takeSql = `SELECT pg_catalog.to_jsonb(pg_catalog.pg_try_advisory_lock(${key.join(', ')}))`;

/** A user without pg_monitor sees of another's session no more than that it is there. */
const holderSql = `SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('pid', l.pid,
  'user', a.usename, 'program', a.application_name, 'from', pg_catalog.host(a.client_addr),
  'since', pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))), '[]')
FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = ${key[0]} AND l.objid = ${key[1]}
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`;

interface Holder {
  readonly pid: number;
  readonly user: string | null;
  readonly program: string | null;
  readonly from: string | null;
  readonly since: string | null;
}

/**
 * Takes the lock for as long as the session lives. It asks again and again and never waits inside the server: a
 * session that waits there holds a snapshot, for which the CREATE INDEX CONCURRENTLY of the very migration that has
 * the lock would wait in turn.
 */
export async function takeLock(
  session: Session,
  wait: Milliseconds,
  subject: string,
  signal?: AbortSignal,
): Promise<void> {
  const until = performance.now() + wait;
  for (let pause = 250; !(await session.json<boolean>(takeSql)); pause = Math.min(pause * 2, 5_000)) {
    const left = until - performance.now();
    if (left <= 0) throw await heldBy(session, wait, subject);
    await sleep(Math.min(pause, left), undefined, signal === undefined ? {} : { signal }).catch(() => {
      throw new CancelledError();
    });
  }
}

async function heldBy(session: Session, wait: Milliseconds, subject: string): Promise<TargetError> {
  const holders = await session.json<Holder[]>(holderSql);
  const [holder] = holders;
  const waited = wait === 0 ? '' : ` and was not done within ${Math.round(wait / 1_000)} s`;
  const pid = holder === undefined ? '<pid>' : String(holder.pid);
  return new TargetError(`another backup or migration is at work on this database${waited}`, {
    subject,
    remedy: `wait for it, or end it: SELECT pg_terminate_backend(${pid})`,
    details: holders.map((each) => ['held by', describe(each)] as const),
  });
}

function describe({ pid, user, program, from, since }: Holder): string {
  const parts = [
    `session ${pid}`,
    user === null ? undefined : `of ${user}`,
    program === null || program === '' ? undefined : `(${program})`,
    from === null ? undefined : `from ${from}`,
    since === null ? undefined : `since ${since}`,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}

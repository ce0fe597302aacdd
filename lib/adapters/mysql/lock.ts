/** One backup or migration of a database at a time, by a lock that the server itself gives back when its holder dies. */
import { createHash } from 'node:crypto';
import type { Milliseconds } from '../../domain/duration.ts';
import { TargetError } from '../../domain/errors.ts';
import { literal } from './literal.ts';
import type { Session } from './session.ts';

const longest = 64;

/** Of the whole server, so the database is in it. A migration takes the same. MySQL refuses names of more than 64 characters. */
export function lockName(database: string): string {
  const name = `slipway:${database}`;
  return name.length <= longest
    ? name
    : `slipway:${createHash('sha256').update(database).digest('hex').slice(0, 48)}`;
}

/** Takes the lock for as long as the session lives. It waits in the server, where it holds nothing that others need. */
export async function takeLock(
  session: Session,
  database: string,
  wait: Milliseconds,
  subject: string,
): Promise<void> {
  const name = literal(lockName(database));
  const [taken] = await session.ask(`SELECT GET_LOCK(${name}, ${Math.ceil(wait / 1_000)})`);
  if (taken === '1') return;
  throw await heldBy(session, name, wait, subject);
}

interface Holder {
  readonly id: number;
  readonly user: string | null;
  readonly from: string | null;
  readonly seconds: number | null;
}

/** A user without PROCESS sees no more of another's session than its number. */
async function heldBy(
  session: Session,
  name: string,
  wait: Milliseconds,
  subject: string,
): Promise<TargetError> {
  const [holder] = await session.rows<Holder>(`SELECT JSON_OBJECT('id', h.id, 'user', p.user, 'from', p.host,
  'seconds', p.time) FROM (SELECT IS_USED_LOCK(${name}) AS id) AS h
LEFT JOIN information_schema.PROCESSLIST AS p ON p.id = h.id WHERE h.id IS NOT NULL`);
  const waited = wait === 0 ? '' : ` and was not done within ${Math.round(wait / 1_000)} s`;
  return new TargetError(`another backup or migration is at work on this database${waited}`, {
    subject,
    remedy: `wait for it, or end it: KILL ${holder?.id ?? '<id>'}`,
    details: holder === undefined ? [] : [['held by', describe(holder)]],
  });
}

const describe = ({ id, user, from, seconds }: Holder): string =>
  [
    `connection ${id}`,
    user === null ? undefined : `of ${user}`,
    from === null ? undefined : `from ${from}`,
    seconds === null ? undefined : `idle for ${seconds} s`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');

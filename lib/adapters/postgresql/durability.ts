/** What the server says of its WAL archive and its replicas. */
import type { Cancellable, Durability } from '../../ports/database.ts';
import type { Server } from './server.ts';

export const durabilityOf = (server: Server, options?: Cancellable): Promise<Durability> =>
  server.during(async (session) => {
    const said = await session.json<SaidOfDurability>(durabilitySql);
    const count = said.mayCount && said.archived?.failing === true;
    return readDurability(said, count ? await session.json<number>(waitingForArchiveSql) : undefined);
  }, options);

const utc = (time: string): string =>
  `pg_catalog.to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * failed_count is of all times, so what waits to be archived is counted where the user may (pg_monitor), and only when
 * the last try failed. replay_lag is null on a connection without traffic, which has lagged nothing when all was
 * replayed. A walsender of a logical slot feeds a subscriber and a base backup a file: no replica either of them.
 */
const durabilitySql = `SELECT pg_catalog.jsonb_build_object(
  'now', ${utc('pg_catalog.clock_timestamp()')},
  'replica', pg_catalog.pg_is_in_recovery(),
  'archiveMode', pg_catalog.current_setting('archive_mode'),
  'archived', (SELECT pg_catalog.jsonb_build_object('newestAt', ${utc('last_archived_time')},
    'failing', last_failed_time IS NOT NULL AND (last_archived_time IS NULL OR last_failed_time > last_archived_time))
    FROM pg_catalog.pg_stat_archiver),
  'mayCount', pg_catalog.has_function_privilege('pg_catalog.pg_ls_archive_statusdir()', 'EXECUTE'),
  'ownLag', CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN NULL
    WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn()
      AND EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver WHERE status = 'streaming') THEN 0
    ELSE extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) END,
  'replicas', (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'name', coalesce(nullif(r.application_name, ''), pg_catalog.host(r.client_addr), 'replica ' || r.pid),
      'lag', CASE WHEN r.replay_lag IS NOT NULL THEN extract(epoch FROM r.replay_lag)
        WHEN NOT pg_catalog.pg_is_in_recovery() AND r.replay_lsn >= r.sent_lsn THEN 0 END)
      ORDER BY r.application_name, r.pid), '[]')
    FROM pg_catalog.pg_stat_replication AS r
    WHERE r.state IS DISTINCT FROM 'backup' AND NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots AS s
      WHERE s.active_pid = r.pid AND s.slot_type = 'logical')))`;

const waitingForArchiveSql = `SELECT pg_catalog.to_jsonb(pg_catalog.count(*))
  FROM pg_catalog.pg_ls_archive_statusdir() WHERE name LIKE '%.ready'`;

export interface SaidOfDurability {
  readonly now: string;
  readonly replica: boolean;
  readonly archiveMode: string;
  readonly archived: { readonly newestAt: string | null; readonly failing: boolean } | null;
  readonly mayCount: boolean;
  readonly ownLag: number | null;
  readonly replicas: readonly { readonly name: string; readonly lag: number | null }[];
}

/** `waiting`: WAL files that wait to be archived; undefined where they may not be counted. */
export function readDurability(said: SaidOfDurability, waiting: number | undefined): Durability {
  const replicas = said.replicas.map(({ name, lag }) => ({
    name,
    ...(lag === null ? {} : { lagSeconds: lag }),
  }));
  const own = { name: 'this server', ...(said.ownLag === null ? {} : { lagSeconds: said.ownLag }) };
  return {
    now: said.now,
    archive: readArchive(said, waiting),
    replicas: said.replica ? [own, ...replicas] : replicas,
  };
}

function readArchive(
  { replica, archiveMode, archived }: SaidOfDurability,
  waiting: number | undefined,
): Durability['archive'] {
  if (replica && archiveMode !== 'always')
    return { kind: 'unreadable', why: 'this is a replica; its primary archives, and is the one to ask' };
  if (archiveMode === 'off') return { kind: 'off' };
  if (archived === null) return { kind: 'unreadable', why: 'pg_stat_archiver says nothing' };
  const { newestAt, failing } = archived;
  return {
    kind: 'on',
    ...(newestAt === null ? {} : { newestAt }),
    failed: failing ? Math.max(1, waiting ?? 0) : 0,
  };
}

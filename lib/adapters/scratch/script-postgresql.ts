import { quoted } from '../ssh/argv.ts';
import type { EngineScript } from './script-part.ts';

const mebibyte = 1024 * 1024;

/**
 * Debian, Red Hat, Alpine and Bitnami put the programs where no PATH leads. The newest counts: it reads the dumps of
 * every older dump tool.
 */
const find = `programs= version= newest=0
find_programs() {
  folders=
  old=$IFS; IFS=:
  for folder in $PATH; do folders="$folders $folder"; done
  IFS=$old
  for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql*  /opt/bitnami/postgresql/bin \\
    /usr/local/pgsql/bin $folders; do
    [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] || continue
    text=$("$folder/postgres" --version 2>/dev/null) || continue
    major=\${text#*PostgreSQL) }
    major=\${major%%[!0-9]*}
    [ -n "$major" ] && [ "$major" -gt "$newest" ] || continue
    newest=$major programs=$folder version=$text
  done
}`;

/**
 * Nothing here survives the loss of its machine, and nothing should: no flush, no full pages, no archive. With
 * wal_level=minimal what is copied into a table of the same transaction is not logged at all. Shared memory of
 * parallel workers is files, for /dev/shm is 64 MiB in a container. No extension's worker starts by itself.
 */
const settings = (memory: number): Readonly<Record<string, string>> => ({
  listen_addresses: '',
  port: '5432',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  archive_mode: 'off',
  max_wal_size: '512MB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
  max_connections: '20',
  // A restore in one transaction holds a lock for every table and index: this is room for 80,000.
  max_locks_per_transaction: '4096',
  shared_buffers: `${Math.floor(memory / 4 / mebibyte)}MB`,
  maintenance_work_mem: `${Math.floor(memory / 4 / mebibyte)}MB`,
  dynamic_shared_memory_type: 'mmap',
  logging_collector: 'off',
  log_destination: 'stderr',
  lc_messages: 'C',
  log_timezone: 'UTC',
});

/** What the server says when it answers. */
const ready = /database system is ready to accept connections/;

export const postgresScript: EngineScript = {
  find,
  ready,
  answers: (socket, user, database) =>
    `psql -X -q -h ${socket} -p 5432 -U ${user} -d ${database} -c 'SELECT 1' >/dev/null`,
  endSignal: 'QUIT', // at once: INT would write everything to the disk first
  prepare: ({ encoding, locale, database, user }) => {
    const init = `"$programs/initdb" --pgdata=data --username=${quoted(user)} --auth=trust --no-sync \\
  --no-instructions --encoding=${quoted(encoding)}`;
    // Not every machine has every locale: dumps hold the collations that differ from the database's own.
    return `unset PGDATA PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS POSTGRES_INITDB_ARGS || true
{ ${init} --locale=${quoted(locale)} || ${init} --locale=C.UTF-8 || ${init} --locale=C; } >initdb.log 2>&1 ||
  { tail -n 5 initdb.log >&2; exit 94; }
echo 'CREATE DATABASE ${database}' |
  "$programs/postgres" --single -D data ${options({ fsync: 'off', log_min_messages: 'fatal' })} postgres >/dev/null`;
  },
  server: ({ memory }) =>
    `"$programs/postgres" -D data -c unix_socket_directories="$socket" ${options(settings(memory))}`,
};

const options = (given: Readonly<Record<string, string>>): string =>
  Object.entries(given)
    .map(([name, value]) => `-c ${name}=${quoted(value)}`)
    .join(' ');

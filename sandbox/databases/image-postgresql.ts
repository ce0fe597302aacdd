import { join } from 'node:path';
import type { ImageRecipe } from './image.ts';
import { installedPrograms } from './postgresql.ts';

export function postgresRecipe(): ImageRecipe {
  const programs = installedPrograms();
  const tools = ['postgres', 'initdb', 'psql', 'pg_dump', 'pg_dumpall', 'pg_restore'];
  return {
    name: 'postgresql',
    environment: { POSTGRES_USER: 'shop' },
    programs,
    binaries: tools.map((name) => join(programs, name)),
    files: [join(programs, '../lib'), '/usr/share/postgresql', '/usr/share/zoneinfo'],
    entry: entryScript(programs),
  };
}

const entryScript = (programs: string): string => `#!/bin/sh
set -e
mkdir -p /data /var/run/postgresql /tmp
chown postgres /data /var/run/postgresql
as() { setpriv --reuid postgres --regid postgres --clear-groups -- "$@"; }
as ${programs}/initdb -D /data -U shop --auth=trust -E UTF8 --locale=C --no-sync
exec setpriv --reuid postgres --regid postgres --clear-groups -- ${programs}/postgres -D /data -c fsync=off \\
  -c unix_socket_directories=/var/run/postgresql -c listen_addresses=
`;

import { inBin, loadImage, pushImage } from './image.ts';
import type { ImageRecipe } from './image.ts';
import { installMariaDb } from './mariadb.ts';

/** What MARIADB_ROOT_PASSWORD is in the image, as in the official one: `root` comes in by its socket with it. */
export const rootPassword = 'not a secret';

/** MariaDB for a Docker engine; returns the image's name. */
export const loadMariaDbImage = async (dockerHost: string): Promise<string> =>
  loadImage(await mariaDbRecipe(), dockerHost);
/** The same in a registry, for a pod; its name with the digest. */
export const pushMariaDbImage = async (registry: string): Promise<string> =>
  pushImage(await mariaDbRecipe(), registry);

async function mariaDbRecipe(): Promise<ImageRecipe> {
  await installMariaDb();
  return {
    name: 'mariadb',
    environment: { MARIADB_ROOT_PASSWORD: rootPassword },
    programs: '/usr/sbin',
    binaries: [...['mariadbd', 'mariadb', 'mariadb-dump'].map(inBin), ...ofInstaller],
    files: ['/usr/bin/mariadb-install-db', '/usr/share/mysql', '/usr/share/zoneinfo'],
    entry: entryScript,
  };
}

/** What mariadb-install-db, a script, calls, by that path; a scratch server in this image is made by it too. */
const ofInstaller = ['my_print_defaults', 'resolveip', 'awk', 'sed', 'dirname', 'uname'].map(
  (name) => `/usr/bin/${name}`,
);

const entryScript = `#!/bin/sh
set -e
mkdir -p /data /run/mysqld
echo "ALTER USER root@localhost IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';" > /tmp/start.sql
chown -R nobody /data /run/mysqld
as() { setpriv --reuid nobody --regid nogroup --clear-groups -- "$@"; }
as mariadb-install-db --no-defaults --datadir=/data --auth-root-authentication-method=normal --skip-test-db
exec setpriv --reuid nobody --regid nogroup --clear-groups -- mariadbd --no-defaults --datadir=/data \\
  --socket=/run/mysqld/mysqld.sock --skip-networking --character-set-server=utf8mb4 \\
  --innodb-flush-log-at-trx-commit=0 --init-file=/tmp/start.sql
`;

import { quoted } from '../ssh/argv.ts';
import type { EngineOrder, EngineScript } from './script-part.ts';

const mebibyte = 1024 * 1024;

/** MariaDB's program first: its package also has one by the old name. */
const find = `programs= version= program=
find_programs() {
  old=$IFS; IFS=:
  folders=
  for folder in $PATH; do folders="$folders $folder"; done
  IFS=$old
  for name in mariadbd mysqld; do
    for folder in $folders /usr/sbin /usr/libexec /usr/local/mysql/bin /opt/bitnami/mariadb/sbin /opt/bitnami/mysql/bin; do
      [ -x "$folder/$name" ] || continue
      text=$("$folder/$name" --no-defaults --version 2>/dev/null) || continue
      programs=$folder program=$folder/$name version=$text
      return 0
    done
  done
}`;

const base = `common="--no-defaults --datadir=$home/data"`;

/** Nothing survives the loss of its machine: no flush, no double write, no binary log. Its events do not run. */
const settings = (memory: number): Readonly<Record<string, string>> => ({
  'skip-networking': '',
  'skip-log-bin': '',
  'pid-file': '$home/server.pid',
  'character-set-server': 'utf8mb4',
  'event-scheduler': 'OFF',
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-doublewrite': '0',
  'innodb-buffer-pool-size': `${Math.floor(memory / 2 / mebibyte)}M`,
  'loose-innodb-log-file-size': '256M',
  'max-allowed-packet': '1G',
  'loose-mysqlx': 'OFF',
  'lc-messages': 'en_US',
});

/**
 * A statement a line. One that fails would end the server, so it is asked first whether it knows the collation; newer
 * ones of MariaDB are listed there without their character set.
 */
function createSql({ database, encoding, locale }: EngineOrder): string {
  const create = `CREATE DATABASE ${database} CHARACTER SET utf8mb4;`;
  if (![encoding, locale].every((name) => /^\w+$/.test(name))) return create;
  const bare = locale.startsWith(`${encoding}_`) ? locale.slice(encoding.length + 1) : locale;
  return `${create}
SET @known = (SELECT count(*) FROM information_schema.COLLATIONS WHERE collation_name IN ('${locale}', '${bare}'));
SET @sql = if(@known = 0, 'DO 0', 'ALTER DATABASE ${database} CHARACTER SET ${encoding} COLLATE ${locale}');
PREPARE make_like FROM @sql;
EXECUTE make_like;`;
}

/** `mariadbd: ready for connections.` and `mysqld: ready for connections. Version: …`. */
const ready = /(?:mariadbd|mysqld): ready for connections/;

export const mysqlScript: EngineScript = {
  find,
  ready,
  answers: (socket, user, database) =>
    `client=mariadb; command -v mariadb >/dev/null 2>&1 || client=mysql
$client --no-defaults --socket=${socket}/server.sock --user=${user} --database=${database} -e 'SELECT 1' >/dev/null`,
  endSignal: 'KILL', // TERM would write everything to the disk first
  // The last line is told as the cause, and the installer ends with advice.
  prepare: (order) => `${base}
mkdir -m 0700 data
{
  case $version in
    *MariaDB*)
      install=mariadb-install-db
      command -v $install >/dev/null 2>&1 || install=mysql_install_db
      $install $common --auth-root-authentication-method=normal --skip-test-db ;;
    *) "$program" $common --initialize-insecure ;;
  esac
} >install.log 2>&1 </dev/null || { tail -n 5 install.log >&2; sed -n '/ERROR/p' install.log | tail -n 2 >&2; exit 94; }
echo ${quoted(createSql(order))} >init.sql`,
  server: ({ memory }) =>
    `"$program" $common --socket="$socket/server.sock" --init-file="$home/init.sql" ${Object.entries(
      settings(memory),
    )
      .map(([name, value]) => `--${name}${value === '' ? '' : `="${value}"`}`)
      .join(' ')}`,
};

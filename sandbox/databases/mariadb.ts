import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startPart } from '../images/part.ts';
import type { Part } from '../images/part.ts';
import { installPackages, isCommand } from '../packages.ts';
import { freePort } from '../free-port.ts';
import { serverAccount } from './account.ts';

export interface MariaDb extends Part {
  /** Its unix socket, by which `root` comes in without a password. */
  socket: string;
  /** Of 127.0.0.1; the user `shop` comes in there with the password. */
  port: number;
  /** Of the user `shop`, who may do everything. */
  password: string;
  /** Runs SQL as root; what it printed, without headings, columns separated by tabs. */
  sql(database: string, sql: string): Promise<string>;
}

const password = 'not-a-secret:\\ äöü';
/** An account that every Debian has: the one of the package comes with the service, which is not installed. */
const account = 'nobody';
const packages: Readonly<Record<string, string>> = {
  mariadbd: 'mariadb-server-core',
  'mariadb-dump': 'mariadb-client',
};

/**
 * Starts Debian's MariaDB on a free port of 127.0.0.1 and a socket, in a private folder, without flushing to disk.
 * `more` are settings of the server: `{ version: '10.6.1-MariaDB' }` is what it says that it is.
 */
export async function startMariaDb(more: Readonly<Record<string, string>> = {}): Promise<MariaDb> {
  await installMariaDb();
  const [owner, port] = [await serverAccount(account, 'nogroup'), await freePort()];
  const part = await startPart({
    name: 'mariadb',
    async prepare(directory) {
      const data = join(directory, 'data');
      // Its own: a server that starts deletes the temporary tables of every other one in the same folder.
      const temporary = join(directory, 'tmp');
      for (const folder of [data, temporary]) await mkdir(folder);
      for (const folder of [directory, data, temporary]) await owner.take(folder);
      await chmod(directory, 0o755); // the socket is for everybody, the data are not
      await owner.run('mariadb-install-db', [
        '--no-defaults',
        `--datadir=${data}`,
        `--tmpdir=${temporary}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
      ]);
      const settings = {
        datadir: data,
        tmpdir: temporary,
        socket: socketIn(directory),
        port: String(port),
        'bind-address': '127.0.0.1',
        'pid-file': join(directory, 'mariadb.pid'),
        'character-set-server': 'utf8mb4',
        'innodb-flush-log-at-trx-commit': '0',
        ...more,
      };
      const [program = '', ...args] = [
        ...owner.prefix,
        'mariadbd',
        '--no-defaults',
        ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
      ];
      return { program, args };
    },
    ready: /ready for connections/,
  });
  const socket = socketIn(part.directory);
  const sql = (database: string, text: string): Promise<string> => client(socket, database, text);
  const quoted = `'${password.replaceAll('\\', '\\\\')}'`;
  await sql('', `CREATE USER shop@'127.0.0.1' IDENTIFIED BY ${quoted}; GRANT ALL ON *.* TO shop@'127.0.0.1'`);
  return { ...part, socket, port, password, sql };
}

/** Installs its programs where there is apt and they are missing. */
export const installMariaDb = (): Promise<void> =>
  installPackages(() =>
    Object.entries(packages).flatMap(([program, name]) => (isCommand(program) ? [] : [name])),
  );

const socketIn = (directory: string): string => join(directory, 'mariadb.sock');

function client(socket: string, database: string, sql: string): Promise<string> {
  const args = ['--no-defaults', '--batch', '--skip-column-names', `--socket=${socket}`, '--user=root'];
  return new Promise((resolve, reject) => {
    const child = execFile(
      'mariadb',
      [...args, '--default-character-set=utf8mb4', ...(database === '' ? [] : [`--database=${database}`])],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        error === null ? resolve(stdout.trimEnd()) : reject(new Error(stderr.trim(), { cause: error })),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(sql);
  });
}

import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startPart } from '../images/part.ts';
import type { Part } from '../images/part.ts';
import { installPackages } from '../packages.ts';
import { freePort } from '../free-port.ts';
import { serverAccount } from './account.ts';

export interface Postgres extends Part {
  /** The folder of its unix socket, which lets everybody in as anybody. */
  socket: string;
  /** Of 127.0.0.1 and of the socket's name; over TCP a password is asked for. */
  port: number;
  /** Of the user `postgres`. */
  password: string;
  /** Runs SQL as the superuser; what it printed, without headings, columns separated by `|`. */
  sql(database: string, sql: string): Promise<string>;
}

const versions = '/usr/lib/postgresql';
const password = 'not-a-secret:\\ äöü';

export interface PostgresOptions {
  /** Of postgresql.conf, beside our own. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Starts Debian's PostgreSQL on a free port of 127.0.0.1 and a socket, in a private folder, without fsync. As root it
 * runs as `postgres`, the account of the package, which is installed where there is apt.
 */
export async function startPostgres({ settings = {} }: PostgresOptions = {}): Promise<Postgres> {
  await installPackages(() => (newest() === undefined ? ['postgresql'] : []));
  const server = await startServer(settings, (data) => [
    'initdb',
    `--pgdata=${data}`,
    '--username=postgres',
    '--auth-local=trust',
    '--auth-host=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ]);
  await server.sql('postgres', `ALTER USER postgres PASSWORD '${password}'`);
  return server;
}

/** A streaming replica of a server that runs, with the same passwords; its name there is `replica`. */
export const startReplica = ({ socket, port }: Postgres): Promise<Postgres> =>
  startServer({ cluster_name: 'replica' }, (data) => [
    'pg_basebackup',
    `--pgdata=${data}`,
    `--host=${socket}`,
    `--port=${port}`,
    '--username=postgres',
    '--write-recovery-conf',
    '--checkpoint=fast',
    '--no-sync',
  ]);

/** `filled`: what fills the folder of the data, a program of PostgreSQL with its arguments. */
async function startServer(
  settings: Readonly<Record<string, string>>,
  filled: (data: string) => readonly string[],
): Promise<Postgres> {
  const programs = installedPrograms();
  const [account, port] = [await serverAccount('postgres'), await freePort()];
  const part = await startPart({
    name: 'postgresql',
    async prepare(directory) {
      await account.take(directory);
      const data = join(directory, 'data');
      const [filler = '', ...fillerArgs] = filled(data);
      await account.run(join(programs, filler), fillerArgs);
      await mkdir(join(directory, 'socket'));
      await account.take(join(directory, 'socket'));
      await chmod(directory, 0o755); // the socket is for everybody, the data are not
      const all = {
        listen_addresses: '127.0.0.1',
        port,
        unix_socket_directories: join(directory, 'socket'),
        fsync: 'off',
        max_wal_size: '4GB',
        lc_messages: 'C',
        ...settings,
      };
      const [program = '', ...args] = [
        ...account.prefix,
        join(programs, 'postgres'),
        '-D',
        data,
        ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ];
      return { program, args };
    },
    ready: /database system is ready to accept (?:read-only )?connections/,
  });
  const socket = join(part.directory, 'socket');
  const sql = (database: string, text: string): Promise<string> =>
    psql(programs, { socket, port, database }, text);
  return { ...part, socket, port, password, sql };
}

/** The folder of the newest version's programs. */
export function installedPrograms(): string {
  const programs = newest();
  if (programs === undefined) throw new Error('PostgreSQL is missing: apt-get install postgresql');
  return programs;
}

function newest(): string | undefined {
  if (!existsSync(versions)) return undefined;
  return readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

function psql(
  programs: string,
  { socket, port, database }: { socket: string; port: number; database: string },
  sql: string,
): Promise<string> {
  const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', socket, '-p', String(port)];
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, stdout: string, stderr: string): void =>
      error === null ? resolve(stdout.trimEnd()) : reject(new Error(stderr.trim(), { cause: error }));
    const child = execFile(
      join(programs, 'psql'),
      [...args, '-U', 'postgres', '-d', database, '-f', '-'],
      { maxBuffer: 64 * 1024 * 1024 },
      done,
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(sql);
  });
}

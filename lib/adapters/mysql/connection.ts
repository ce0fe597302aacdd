import { randomUUID } from 'node:crypto';
import type { Engine, Locator, SslMode, UrlPlace } from '../../domain/database/locator.ts';
import type { Files } from '../../ports/files.ts';
import type { Way } from '../database-place/tools.ts';
import type { RemoteWay } from '../database-place/way.ts';

/** How a tool gets to the server: what runs it, and the arguments by which it comes in. */
export interface Connection {
  readonly engine: Engine;
  readonly way: Way;
  readonly database: string;
  /** Goes right behind the program. `family`: whose program it is, for the two name TLS differently. */
  access(family: Engine): Promise<readonly string[]>;
  /** Whether only an encrypted connection will do; the tools of MariaDB go on without. */
  readonly encrypted: boolean;
}

/** What a runner's environment may hold that would send a tool to another server, or as somebody else. */
const overrides = [
  'MYSQL_HOST',
  'MARIADB_HOST',
  'MYSQL_TCP_PORT',
  'MYSQL_UNIX_PORT',
  'MYSQL_PWD',
  'MYSQL_HOME',
  'MARIADB_HOME',
  'MYSQL_GROUP_SUFFIX',
  'MARIADB_GROUP_SUFFIX',
];

/**
 * The tools of this machine, by an option file that only this user can read. It is the only one that they read: what
 * the machine's own files say of a dump is not what is asked for here.
 */
export function localConnection(locator: Locator, place: UrlPlace, files: Files): Connection {
  // A step may speak to several servers of one port, so each gets files of its own.
  const which = randomUUID().slice(0, 8);
  const written = new Map<Engine, Promise<string>>();
  const optionFile = (family: Engine): Promise<string> => {
    const path =
      written.get(family) ?? files.writePrivate(`${family}-${which}.cnf`, optionText(family, locator, place));
    written.set(family, path);
    return path;
  };
  return {
    engine: locator.engine,
    way: {
      kind: 'here',
      env: { ...Object.fromEntries(overrides.map((name) => [name, undefined])), LC_ALL: 'C' },
    },
    database: locator.database,
    access: async (family) => [`--defaults-file=${await optionFile(family)}`],
    encrypted: !['disable', 'allow', 'prefer'].includes(place.sslMode),
  };
}

/** An option file with a `[client]` group, which all of the tools read. */
export function optionText(family: Engine, { user, password }: Locator, place: UrlPlace): string {
  const socket = socketOf(place);
  const settings: readonly (readonly [string, string | undefined])[] = [
    ['user', user],
    ['password', password ?? ''],
    ...(socket === undefined
      ? ([
          ['host', place.host],
          ['port', String(place.port)],
          ['protocol', 'tcp'], // else the name localhost means a socket
        ] as const)
      : ([
          ['socket', socket],
          ['protocol', 'socket'],
        ] as const)),
    ['ssl-ca', certificates(place)],
  ];
  const lines = settings.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${optionValue(value)}`],
  );
  return ['[client]', ...lines, ...sslLines(family, place.sslMode), ''].join('\n');
}

/** In quotes a # begins no comment; a backslash and a quote are escaped. */
const optionValue = (value: string): string => `"${value.replace(/[\\"]/g, (sign) => `\\${sign}`)}"`;

/** A folder is PostgreSQL's way to name a socket; here it is the file in it that both servers make by default. */
const socketOf = ({ host }: UrlPlace): string | undefined =>
  host.startsWith('/') ? (host.endsWith('.sock') ? host : `${host}/mysqld.sock`) : undefined;

const certificates = ({ sslRootCert }: UrlPlace): string | undefined =>
  sslRootCert === 'system' ? '/etc/ssl/certs/ca-certificates.crt' : sslRootCert;

/**
 * MariaDB checks the name whenever it checks the certificate, so verify-ca is as strict as verify-full there. Its
 * `ssl` alone goes on without TLS where the server has none; `encrypted` is then asked of the session.
 */
function sslLines(family: Engine, mode: SslMode): string[] {
  if (family === 'mysql')
    return [
      `ssl-mode=${{ disable: 'DISABLED', allow: 'PREFERRED', prefer: 'PREFERRED', require: 'REQUIRED', 'verify-ca': 'VERIFY_CA', 'verify-full': 'VERIFY_IDENTITY' }[mode]}`,
    ];
  if (mode === 'disable') return ['skip-ssl'];
  return ['ssl', mode.startsWith('verify') ? 'ssl-verify-server-cert' : 'skip-ssl-verify-server-cert'];
}

/**
 * The tools beside the server, by its socket, with the option files that are there: they know where the socket is. In
 * a container nobody is the default user, so it is root, with the password that the image was set up with.
 */
export function remoteConnection(
  { engine, database, user }: Locator,
  way: RemoteWay,
  { containers }: { readonly containers: boolean },
): Connection {
  const asImageUser = [
    'sh',
    '-c',
    'MYSQL_PWD=${MYSQL_PWD:-${MARIADB_ROOT_PASSWORD:-${MYSQL_ROOT_PASSWORD:-}}}; export MYSQL_PWD; exec "$@"',
    'sh',
  ];
  const byDefault = containers && user === undefined;
  const name = byDefault ? 'root' : user;
  return {
    engine,
    way: { ...way, prefix: ['env', 'LC_ALL=C', ...(byDefault ? asImageUser : [])] },
    database,
    access: async () => [
      '--host=localhost',
      '--protocol=socket',
      ...(name === undefined ? [] : [`--user=${name}`]),
    ],
    encrypted: false,
  };
}

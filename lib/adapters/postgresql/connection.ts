import { randomUUID } from 'node:crypto';
import type { Locator, UrlPlace } from '../../domain/database/locator.ts';
import type { Files } from '../../ports/files.ts';
import type { Way } from '../database-place/tools.ts';
import { conninfo } from './argv.ts';

/** How a tool gets to the server: what runs it, and the conninfo string that it is given. */
export interface Connection {
  readonly way: Way;
  readonly conninfo: string;
  /** The same to another database of the server. */
  readonly beside: (database: string) => Connection;
}

const service = 'slipway';

/** What a runner's environment may hold that would send libpq to another server, database or user. */
const overrides = [
  'PGHOST',
  'PGHOSTADDR',
  'PGPORT',
  'PGDATABASE',
  'PGUSER',
  'PGPASSWORD',
  'PGOPTIONS',
  'PGSERVICE',
  'PGSSLMODE',
  'PGREQUIRESSL',
  'PGTARGETSESSIONATTRS',
  'PGCLIENTENCODING',
  'PGDATESTYLE',
  'PGTZ',
];
const connectTimeoutSeconds = '30';

/**
 * The tools of this machine, by a service file and a password file that only this user can read: neither the password
 * nor the address is an argument.
 */
export async function localConnection(locator: Locator, place: UrlPlace, files: Files): Promise<Connection> {
  const { database, user, password } = locator;
  // A step may speak to several servers, so each gets files of its own.
  const which = randomUUID().slice(0, 8);
  const serviceFile = await files.writePrivate(
    `pg_service-${which}.conf`,
    serviceText(place, database, user),
  );
  const passFile = await files.writePrivate(
    `pgpass-${which}`,
    password === undefined ? '' : passText(password),
  );
  const env = {
    ...Object.fromEntries(overrides.map((name) => [name, undefined])),
    PGSERVICEFILE: serviceFile,
    PGPASSFILE: passFile,
    PGAPPNAME: 'slipway',
    PGCONNECT_TIMEOUT: connectTimeoutSeconds,
    LC_ALL: 'C',
  };
  // What the string says comes before what the service file says.
  return connectionBy({ kind: 'here', env }, (dbname) => conninfo({ service, dbname }));
}

function connectionBy(
  way: Way,
  conninfoTo: (dbname: string | undefined) => string,
  database?: string,
): Connection {
  return {
    way,
    conninfo: conninfoTo(database),
    beside: (name) => connectionBy(way, conninfoTo, name),
  };
}

/** Whoever only receives would not notice for two hours that nobody is there any more: now it takes two minutes. */
const alive = { keepalives_idle: '60', keepalives_interval: '15', keepalives_count: '4' };

/** libpq reads a value to the end of its line, as it stands. */
function serviceText(place: UrlPlace, dbname: string, user: string | undefined): string {
  const settings = {
    host: place.host,
    port: String(place.port),
    dbname,
    user,
    sslmode: place.sslMode,
    sslrootcert: place.sslRootCert,
    ...alive,
  };
  const lines = Object.entries(settings).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
  return [`[${service}]`, ...lines, ''].join('\n');
}

/** For any server, as only one is ever asked. */
const passText = (password: string): string =>
  `*:*:*:*:${password.replace(/[\\:]/g, (sign) => `\\${sign}`)}\n`;

/**
 * The tools beside the server, by its socket. In a container nobody is the default user, so the one that the image was
 * set up with is taken; `containers` says whether it is one.
 */
export function remoteConnection(
  { database: dbname, user }: Locator,
  way: Omit<Extract<Way, { kind: 'there' }>, 'prefix'>,
  { containers }: { readonly containers: boolean },
): Connection {
  const env = ['env', 'LC_ALL=C', 'PGAPPNAME=slipway', `PGCONNECT_TIMEOUT=${connectTimeoutSeconds}`];
  const asImageUser = ['sh', '-c', 'PGUSER=${PGUSER:-${POSTGRES_USER:-postgres}} exec "$@"', 'sh'];
  const prefix = [...env, ...(containers && user === undefined ? asImageUser : [])];
  return connectionBy({ ...way, prefix }, (name) => conninfo({ dbname: name, user }), dbname);
}

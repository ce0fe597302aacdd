/** A connection URL, taken apart so that its password never travels as one. */
import type { Fields } from '../checks/fields.ts';
import { sslModes } from './locator.ts';
import type { Engine, SslMode, UrlPlace } from './locator.ts';

export interface ReadUrl {
  readonly place: UrlPlace;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

const schemes: Readonly<Record<Engine, readonly string[]>> = {
  postgresql: ['postgresql:', 'postgres:'],
  mysql: ['mysql:'],
  mariadb: ['mariadb:', 'mysql:'],
};
const defaultPorts: Readonly<Record<Engine, number>> = { postgresql: 5432, mysql: 3306, mariadb: 3306 };
const parameters = ['sslmode', 'sslrootcert', 'host'];

/** Faults never quote the URL: it may hold a password. */
export function readUrl(fields: Fields, engine: Engine): ReadUrl {
  const fault = (problem: string, value?: string): void => fields.fault('url', problem, value);
  const text = fields.text('url').trim();
  const allowed = schemes[engine];
  const url = parsed(text);
  if (url === undefined) {
    fault(`must be a URL: ${allowed[0]}//user@host/database, its password percent-encoded or apart`);
    return { place: placeOf('', defaultPorts[engine], 'prefer') };
  }
  if (!allowed.includes(url.protocol)) fault(`must begin with ${allowed[0]}// for ${engine}`, url.protocol);
  for (const name of new Set(url.searchParams.keys()))
    if (!parameters.includes(name)) fault(`knows the parameters ${parameters.join(', ')}`, name);
  if (url.hostname.includes(',')) fault('must name one host; a backup is of one server', 'several hosts');
  const folder = url.searchParams.get('host') ?? undefined;
  const host = folder ?? decoded(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host === undefined || host === '') fault('names no host', 'no host');
  else if (folder !== undefined && !folder.startsWith('/'))
    fault('has a parameter host that is not the folder of a socket; put host names before the path', 'host');
  const port = url.port === '' ? defaultPorts[engine] : Number(url.port);
  const place = placeOf(
    host ?? '',
    port,
    readSslMode(url, fault),
    url.searchParams.get('sslrootcert') ?? undefined,
  );
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  if (user === undefined || password === undefined || database === undefined)
    fault('has a % that begins no percent-encoding');
  return { place, ...given('user', user), ...given('password', password), ...given('database', database) };
}

function readSslMode(url: URL, fault: (problem: string, value?: string) => void): SslMode {
  const asked = url.searchParams.get('sslmode');
  if (asked === null) return 'prefer';
  const mode = sslModes.find((each) => each === asked);
  if (mode === undefined) fault(`sslmode must be one of ${sslModes.join(', ')}`, JSON.stringify(asked));
  return mode ?? 'prefer';
}

/** A URL without a host (`postgresql:///name?host=/run/postgresql`) is one, too. */
const parsed = (text: string): URL | undefined =>
  /^[a-z]+:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const placeOf = (host: string, port: number, sslMode: SslMode, sslRootCert?: string): UrlPlace => ({
  kind: 'url',
  host,
  port,
  sslMode,
  ...(sslRootCert === undefined ? {} : { sslRootCert }),
});

const given = <Key extends 'user' | 'password' | 'database'>(
  key: Key,
  value: string | undefined,
): { [K in Key]?: string } =>
  (value === undefined || value === '' ? {} : { [key]: value }) as { [K in Key]?: string };

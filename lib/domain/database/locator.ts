/** Where a database is and as whom it is entered. Types and words; `parse-locator.ts` reads them. */

import type { SshPlace } from '../ssh/place.ts';

export const engines = ['postgresql', 'mysql', 'mariadb'] as const;
export type Engine = (typeof engines)[number];

/** libpq's own words, weakest first; only the last two check who answers. */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

export interface UrlPlace {
  readonly kind: 'url';
  /** A host name or address, or the folder of a unix socket, which begins with `/`. */
  readonly host: string;
  readonly port: number;
  readonly sslMode: SslMode;
  /** A file with the certificates of who may vouch for the server; `system` is the machine's own list. */
  readonly sslRootCert?: string;
}

export interface DockerPlace {
  readonly kind: 'docker';
  readonly container: string;
  /** The host whose engine is meant; this one where it is not given. */
  readonly over?: SshPlace;
}

export interface KubernetesPlace {
  readonly kind: 'kubernetes';
  readonly namespace: string;
  readonly pod: { readonly name: string } | { readonly selector: string };
  /** The pod's default container where it is not given. */
  readonly container?: string;
}

/** The tools of another host, which reaches the server by its socket. */
export interface HostPlace {
  readonly kind: 'ssh';
  readonly over: SshPlace;
}

export type Place = UrlPlace | DockerPlace | KubernetesPlace | HostPlace;

export interface Locator {
  readonly engine: Engine;
  readonly place: Place;
  readonly database: string;
  /** Whom the tools choose where it is not given: the container's or the host's own default. */
  readonly user?: string;
  /** Never in an argument, never printed. */
  readonly password?: string;
}

/** `postgresql database shop in pod db/postgres-0`: how messages and the manifest name it; holds no secret. */
export function describeLocator({ engine, place, database }: Locator): string {
  return `${engine} database ${database} ${describePlace(place)}`;
}

function describePlace(place: Place): string {
  switch (place.kind) {
    case 'url':
      return place.host.startsWith('/') ? `behind ${place.host}` : `on ${place.host}:${place.port}`;
    case 'docker':
      return `in container ${place.container}${place.over === undefined ? '' : ` on ${place.over.host}`}`;
    case 'kubernetes':
      return 'name' in place.pod
        ? `in pod ${place.namespace}/${place.pod.name}`
        : `in the pod of ${place.namespace} with ${place.pod.selector}`;
    case 'ssh':
    default:
      return `on ${place.over.host}`;
  }
}

/** What of it must not be seen: to be hidden before anything is done with it. */
export function secretsOfLocator({ place, password }: Locator): string[] {
  const over = place.kind === 'docker' || place.kind === 'ssh' ? place.over : undefined;
  return [password, over?.key].filter((secret) => secret !== undefined);
}

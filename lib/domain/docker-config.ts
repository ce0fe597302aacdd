/** Credentials as `docker login` and pull secrets keep them (`.dockerconfigjson`). */
import type { ImageRef } from './image-ref.ts';
import type { RegistryAuth, RegistryCredentials } from './registry.ts';

interface DockerConfig {
  readonly auths?: Readonly<Record<string, DockerAuth | null>>;
}

interface DockerAuth {
  readonly auth?: unknown;
  readonly username?: unknown;
  readonly password?: unknown;
  readonly identitytoken?: unknown;
}

const hubHosts = new Set(['index.docker.io', 'registry-1.docker.io', 'docker.io']);

/**
 * Reads `.dockerconfigjson`. Keys come out as `host`, `host:port` or `host/path`, Docker Hub as `docker.io`;
 * what is not a user with a password is left out, and text that is no such file gives nobody.
 */
export function parseDockerConfig(text: string): RegistryAuth {
  const auths = configOf(text).auths ?? {};
  const read = Object.entries(auths).flatMap(([host, auth]) => {
    const credentials = credentialsOf(auth);
    return credentials === undefined ? [] : [[registryName(host), credentials] as const];
  });
  return Object.fromEntries(read);
}

function configOf(text: string): DockerConfig {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // The parser's message would quote the secret.
    return {};
  }
}

function credentialsOf(auth: DockerAuth | null): RegistryCredentials | undefined {
  const decoded = typeof auth?.auth === 'string' ? Buffer.from(auth.auth, 'base64').toString('utf8') : '';
  const colon = decoded.indexOf(':');
  const username = colon > 0 ? decoded.slice(0, colon) : auth?.username;
  const password = colon > 0 ? decoded.slice(colon + 1) : auth?.password;
  const token = auth?.identitytoken;
  const identityToken = typeof token === 'string' && token !== '' ? { identityToken: token } : {};
  if (typeof username !== 'string' || typeof password !== 'string' || username === '') return undefined;
  // docker pads what it encodes with NUL bytes on some platforms.
  return { username, password: password.replace(/\0+$/, ''), ...identityToken };
}

/** A registry as image references name it, from any of the ways in which people and docker write it. */
export function registryName(host: string): string {
  const [name = '', ...path] = host
    .replace(/^https?:\/\//, '')
    .replace(/\/(?:v[12]\/?)?$/, '')
    .split('/');
  return [hubHosts.has(name) ? 'docker.io' : name, ...path].join('/');
}

/**
 * Whose credentials the kubelet would use for an image: the longest matching key, whose host may have `*` for
 * a part of the name (`*.azurecr.io`) and whose path is a prefix.
 * Source: https://kubernetes.io/docs/concepts/containers/images/#config-json
 */
export function credentialsFor(ref: ImageRef, auth: RegistryAuth): RegistryCredentials | undefined {
  const image = `${ref.registry}/${ref.repository}`.split('/');
  const covers = (key: string): boolean =>
    key
      .split('/')
      .every((part, index) => (index === 0 ? sameHost(part, ref.registry) : part === image[index]));
  const best = Object.keys(auth)
    .filter(covers)
    .sort((a, b) => b.length - a.length)[0];
  return best === undefined ? undefined : auth[best];
}

function sameHost(pattern: string, host: string): boolean {
  const [patternParts, hostParts] = [pattern.split('.'), host.split('.')];
  return (
    patternParts.length === hostParts.length &&
    patternParts.every((part, index) => part === '*' || part === hostParts[index])
  );
}

/** What a private docker config holds: the user's, with the logins of this step before it. Pure. */
import { registryName } from '../../domain/docker-config.ts';
import type { RegistryAuth, RegistryCredentials } from '../../domain/registry.ts';

/** As much of docker's config.json as matters here (docker/cli, cli/config/configfile/file.go). */
export interface DockerConfigFile {
  readonly auths?: Readonly<Record<string, unknown>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
  readonly [other: string]: unknown;
}

/** How docker spells a registry among its credentials: Docker Hub by the address that it had in its first version. */
export const serverName = (registry: string): string =>
  registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;

/** What else docker and its plugins go by, and what is nobody's secret. */
const kept = ['proxies', 'currentContext', 'HttpHeaders', 'cliPluginsExtraDirs', 'features'] as const;

/**
 * A login of this step wins over all that the user has for the same registry. docker asks a credential store before it
 * looks at `auths`, so where there is a store for everything, it is named for the registries that it keeps, one by one
 * (docker lists them under `auths`, empty).
 */
export function mergedConfig(user: DockerConfigFile, logins: RegistryAuth): DockerConfigFile {
  const isOurs = (server: string): boolean => Object.hasOwn(logins, registryName(server));
  const theirs = <Value>(entries: Readonly<Record<string, Value>> = {}): [string, Value][] =>
    Object.entries(entries).filter(([server]) => !isOurs(server));

  const auths = Object.fromEntries([
    ...theirs(user.auths),
    ...Object.entries(logins).map(([registry, login]) => [serverName(registry), entryOf(login)] as const),
  ]);
  const others = Object.fromEntries(kept.flatMap((name) => (name in user ? [[name, user[name]]] : [])));
  const { credsStore } = user;
  if (credsStore === undefined || credsStore === '' || Object.keys(logins).length === 0) {
    const store = credsStore === undefined ? {} : { credsStore };
    return { ...others, auths, credHelpers: Object.fromEntries(theirs(user.credHelpers)), ...store };
  }
  const stored = theirs(user.auths).map(([server]) => [server, credsStore] as const);
  return { ...others, auths, credHelpers: Object.fromEntries([...stored, ...theirs(user.credHelpers)]) };
}

const entryOf = ({ username, password, identityToken }: RegistryCredentials): object => ({
  auth: Buffer.from(`${username}:${password}`).toString('base64'),
  ...(identityToken === undefined ? {} : { identitytoken: identityToken }),
});

/** The program that keeps a registry's credentials for the user; undefined when config.json itself does. */
export function helperFor(user: DockerConfigFile, registry: string): string | undefined {
  const own = Object.entries(user.credHelpers ?? {}).find(([server]) => registryName(server) === registry);
  return (own?.[1] ?? user.credsStore) || undefined;
}

import { copyFile, rm, writeFile } from 'node:fs/promises';
import type { ChartAccess } from '../../domain/chart.ts';
import { registryFile, repositoriesFile } from './environment.ts';

/** Where helm reads credentials from: files of our own, so that no password is ever an argument. */

export interface Repository extends Pick<ChartAccess, 'username' | 'password'> {
  readonly name: string;
  readonly url: string;
  readonly caFile?: string;
}

/** Writes helm's repositories.yaml (JSON is YAML), 0600. Credentials go to each repository's own host only. */
export async function writeRepositories(repositories: readonly Repository[], home: string): Promise<void> {
  const file = {
    apiVersion: '',
    generated: '0001-01-01T00:00:00Z',
    repositories: repositories.map(({ name, url, username = '', password = '', caFile = '' }) => ({
      name,
      url,
      username,
      password,
      caFile,
      pass_credentials_all: false,
    })),
  };
  await writeFile(repositoriesFile(home), JSON.stringify(file), { mode: 0o600 });
}

/**
 * Writes a registry login as `helm registry login` would store it, without a process and in every version the same.
 * Without a username the user's own logins are taken over.
 */
export async function writeLogin(
  host: string,
  { username, password }: ChartAccess,
  { home, registryConfig }: { home: string; registryConfig?: string },
): Promise<void> {
  await rm(registryFile(home), { force: true });
  if (username !== undefined && password !== undefined) {
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    const auths = Object.fromEntries(namesOf(host).map((name) => [name, { auth }]));
    await writeFile(registryFile(home), JSON.stringify({ auths }), { mode: 0o600 });
  } else if (registryConfig !== undefined) {
    await copyFile(registryConfig, registryFile(home)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

/** Docker Hub's logins are stored under a name of their own. */
const namesOf = (host: string): string[] =>
  ['docker.io', 'registry-1.docker.io', 'index.docker.io'].includes(host)
    ? [host, 'https://index.docker.io/v1/']
    : [host];

/** A registry on this machine is asked without TLS, as docker does. */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host);

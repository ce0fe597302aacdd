/** A docker config of this step's own: the user's logins and the workflow's, in a folder that nobody else can read. */
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../domain/errors.ts';
import { credentialsFor, parseDockerConfig } from '../../domain/docker-config.ts';
import type { RegistryLogin } from '../../domain/inputs/registries.ts';
import type { RepositoryRef } from '../../domain/oci/types.ts';
import type { RegistryAuth, RegistryCredentials } from '../../domain/registry.ts';
import type { Spawn } from '../../ports/process.ts';
import { askHelper } from './keychain.ts';
import { helperFor, mergedConfig } from './merge.ts';
import type { DockerConfigFile } from './merge.ts';

export interface DockerConfigOptions {
  /** The step's temporary folder: the private one is made inside it, and is removed with it. */
  readonly within: string;
  /** The user's own: `$DOCKER_CONFIG`, else `~/.docker`; there may be none. */
  readonly user: string;
  /** The input `registries`. */
  readonly logins: readonly RegistryLogin[];
  /** Fetches the token for an `ecr` login. */
  readonly ecrLogin: (registry: string) => Promise<RegistryCredentials>;
  /** Hides a secret from the log. */
  readonly mask: (secret: string) => void;
  readonly spawn: Spawn;
}

export interface DockerConfig {
  /** For `DOCKER_CONFIG`: what docker, buildx, helm and cosign go by. */
  readonly path: string;
  /** The login for a repository's registry, as docker would find it; undefined for none. */
  readonly loginFor: (repository: RepositoryRef) => Promise<RegistryCredentials | undefined>;
}

/**
 * What docker keeps beside its config: the plugins (buildx is one), the contexts, the builders that
 * docker/setup-buildx-action made. They stay the user's: the private folder leads there.
 */
const linked = ['cli-plugins', 'contexts', 'buildx'] as const;

/** Throws ConfigurationError for a config.json that cannot be read, and what `ecrLogin` throws. */
export async function dockerConfig(options: DockerConfigOptions): Promise<DockerConfig> {
  const { within, user, spawn, mask } = options;
  const text = await textOf(join(user, 'config.json'));
  const file = parsed(text, join(user, 'config.json'));
  const ours = await loginsOf(options);
  for (const { password } of Object.values(ours)) mask(password);

  const path = join(within, 'docker-config');
  await mkdir(path, { mode: 0o700 });
  const merged = JSON.stringify(mergedConfig(file, ours), undefined, 2);
  await writeFile(join(path, 'config.json'), merged, { mode: 0o600, flag: 'wx' });
  for (const name of linked) {
    const theirs = join(user, name);
    if ((await stat(theirs).catch(() => undefined))?.isDirectory() === true)
      await symlink(theirs, join(path, name));
  }

  const theirs = parseDockerConfig(text);
  const asked = new Map<string, Promise<RegistryCredentials | undefined>>();
  const fromHelper = (helper: string, registry: string): Promise<RegistryCredentials | undefined> => {
    const login = asked.get(registry) ?? askHelper(spawn, helper, registry);
    asked.set(registry, login);
    return login;
  };
  return {
    path,
    loginFor: async (repository) => {
      const { registry } = repository;
      const given = ours[registry];
      if (given !== undefined) return given;
      const helper = helperFor(file, registry);
      const kept = helper === undefined ? undefined : await fromHelper(helper, registry);
      const found = kept ?? credentialsFor(repository, theirs);
      for (const secret of [found?.password, found?.identityToken]) if (secret) mask(secret);
      return found;
    },
  };
}

async function loginsOf({ logins, ecrLogin }: DockerConfigOptions): Promise<RegistryAuth> {
  const found = logins.map(async (login): Promise<[string, RegistryCredentials]> => {
    const { registry } = login;
    if (login.kind === 'ecr') return [registry, await ecrLogin(registry)];
    return [registry, { username: login.username, password: login.password }];
  });
  return Object.fromEntries(await Promise.all(found));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
    throw unreadable(path, (error as NodeJS.ErrnoException).code ?? 'error');
  }
}

function parsed(text: string, path: string): DockerConfigFile {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as DockerConfigFile;
  } catch {
    // The parser's message would quote the secret.
  }
  throw unreadable(path, 'not JSON');
}

/** docker goes on without its logins then, and fails later with a refusal that misleads. */
const unreadable = (path: string, why: string): ConfigurationError =>
  new ConfigurationError([
    { input: path, value: why, problem: 'cannot be read: mend it, or set DOCKER_CONFIG to another folder' },
  ]);

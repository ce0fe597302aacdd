import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * Where the docker CLI looks for plugins of its own (docker/cli, cli-plugins/manager). We start the plugin ourselves:
 * with a private DOCKER_CONFIG the CLI would not find one below the user's.
 */
const systemPlugins = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
];

export interface Whereabouts {
  /** PATH. */
  readonly path: string;
  /** The user's docker configuration folder. */
  readonly dockerConfig: string;
}

/** The plugin of the docker CLI, else `docker-buildx` or `buildx` on PATH; undefined where there is none. */
export async function locateBuildx({ path, dockerConfig }: Whereabouts): Promise<string | undefined> {
  const onPath = path.split(delimiter).filter(isAbsolute);
  const candidates = [
    join(dockerConfig, 'cli-plugins', 'docker-buildx'),
    ...onPath.map((folder) => join(folder, 'docker-buildx')),
    ...onPath.map((folder) => join(folder, 'buildx')),
    ...systemPlugins.map((folder) => join(folder, 'docker-buildx')),
  ];
  for (const candidate of candidates) {
    if (await isProgram(candidate)) return candidate;
  }
  return undefined;
}

export const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

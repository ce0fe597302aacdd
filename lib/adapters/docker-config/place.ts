import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where docker's own config is (docs.docker.com, "Docker CLI": DOCKER_CONFIG, else `.docker` in the home folder). */
export const userDockerConfig = (env: Readonly<Record<string, string | undefined>>): string =>
  env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');

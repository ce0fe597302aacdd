/** A user's docker folder with a real credential helper on PATH, and a step's temporary folder beside it. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerConfig } from '../../../lib/adapters/docker-config/client.ts';
import type { DockerConfig, DockerConfigOptions } from '../../../lib/adapters/docker-config/client.ts';
import { processSpawn } from '../../../lib/runtime/process.ts';

export interface Home extends AsyncDisposable {
  readonly user: string;
  readonly within: string;
  readonly masked: string[];
  /** Puts `docker-credential-<name>` on PATH; it is a shell script that finds the server's name in `$server`. */
  helper(name: string, script: string): Promise<void>;
  open(options?: Partial<DockerConfigOptions>): Promise<DockerConfig>;
}

export async function home(config?: object | string): Promise<Home> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-docker-config-'));
  const [user, within, bin] = ['user', 'step', 'bin'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([user, within, bin].map((folder) => mkdir(folder)));
  if (config !== undefined) {
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    await writeFile(join(user, 'config.json'), text);
  }
  const masked: string[] = [];
  return {
    user,
    within,
    masked,
    async helper(name, script) {
      const file = join(bin, `docker-credential-${name}`);
      await writeFile(
        file,
        `#!/bin/sh\nread -r server || true\nprintf '%s\\n' "$1 $server" >>${root}/asked\n${script}\n`,
      );
      await chmod(file, 0o755);
    },
    open: (options = {}) =>
      dockerConfig({
        user,
        within,
        logins: [],
        ecrLogin: () => Promise.reject(new Error('nobody asked for ECR')),
        mask: (secret) => masked.push(secret),
        spawn: processSpawn({ PATH: `${bin}:/usr/bin:/bin` }),
        ...options,
      }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

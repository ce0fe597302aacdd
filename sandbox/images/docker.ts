import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { packageFile } from '../packages.ts';
import { nowhere, startPart } from './part.ts';
import type { Part } from './part.ts';

export interface Docker extends Part {
  /** `unix:///tmp/…/docker.sock`, for DOCKER_HOST. */
  address: string;
  /** Its data root. */
  data: string;
}

/**
 * Starts a Docker engine of its own, for `--load`; it has no bridge network. It is the
 * machine's dockerd, or the one of Debian's docker.io, which need not be installed; it needs containerd and runc.
 */
export async function startDocker(): Promise<Docker> {
  const dockerd = await engine();
  const { stdout: version } = await promisify(execFile)(dockerd, ['--version']);
  const part = await startPart({
    name: 'docker',
    async prepare(directory) {
      const [config, temporary] = [join(directory, 'daemon.json'), join(directory, 'tmp')];
      await mkdir(temporary);
      await writeFile(config, JSON.stringify(configuration(directory, version)));
      return { program: dockerd, args: ['--config-file', config], env: { ...nowhere, TMPDIR: temporary } };
    },
    ready: /API listen on .*docker\.sock/,
    apart: true,
  });
  const { directory } = part;
  return { ...part, address: `unix://${socketIn(directory)}`, data: dataIn(directory) };
}

async function engine(): Promise<string> {
  const installed = ['/usr/bin/dockerd', '/usr/sbin/dockerd'].find((path) => existsSync(path));
  return installed ?? packageFile('docker.io', 'usr/sbin/dockerd');
}

const socketIn = (directory: string): string => join(directory, 'docker.sock');
const dataIn = (directory: string): string => join(directory, 'data');

const configuration = (directory: string, version: string): object => ({
  hosts: [`unix://${socketIn(directory)}`],
  'data-root': dataIn(directory),
  'exec-root': join(directory, 'exec'),
  pidfile: join(directory, 'docker.pid'),
  bridge: 'none',
  iptables: false,
  'cgroup-parent': `/${basename(directory)}`,
  // Else these write a key to /etc/docker; later ones have neither the key nor the setting.
  ...(/version (19|20|23)\./.test(version) && { 'deprecated-key-path': join(directory, 'key.json') }),
});

import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { installPackages, isCommand, remedyFor } from '../packages.ts';
import { ensureTools } from '../tools.ts';
import { nowhere, startPart } from './part.ts';
import type { Part } from './part.ts';

export interface Buildkit extends Part {
  /** `unix:///tmp/…/buildkitd.sock`, for `buildx create --driver remote`. */
  address: string;
  /** For a process in which a bare `buildx build` is to use it: BUILDX_CONFIG, private to this one. */
  environment: Readonly<Record<string, string>>;
}

/**
 * Starts a buildkitd with runc and an empty cache. A registry at 127.0.0.1 is plain HTTP to it on every port; beyond
 * loopback it reaches none, and what RUN starts reaches nothing at all.
 */
export async function startBuildkit(): Promise<Buildkit> {
  await installPackages(() => (isCommand('runc') ? [] : ['runc']));
  if (!isCommand('runc')) throw new Error(`buildkitd needs runc: ${remedyFor('runc')}`);
  const { buildkitd, buildx } = await ensureTools(['buildkitd', 'buildx']);
  const part = await startPart({
    name: 'buildkit',
    async prepare(directory) {
      const [config, temporary] = [join(directory, 'buildkitd.toml'), join(directory, 'tmp')];
      await mkdir(temporary);
      await writeNetwork(directory);
      await writeFile(config, configuration(directory));
      return { program: buildkitd, args: ['--config', config], env: { ...nowhere, TMPDIR: temporary } };
    },
    ready: /running server on .*buildkitd\.sock/,
    apart: true,
  });
  const address = `unix://${socketIn(part.directory)}`;
  const environment = { BUILDX_CONFIG: join(part.directory, 'buildx') };
  try {
    const create = ['create', '--name', 'slipway', '--driver', 'remote', '--use', address];
    await promisify(execFile)(buildx, create, { env: { ...process.env, ...environment } });
  } catch (error) {
    await part.stop();
    throw error;
  }
  return { ...part, address, environment };
}

/** What RUN gets of the network: a loopback of its own, see no-network.sh. */
async function writeNetwork(directory: string): Promise<void> {
  const folder = join(directory, 'network');
  await mkdir(folder);
  for (const name of ['loopback', 'none'])
    await symlink(join(import.meta.dirname, 'no-network.sh'), join(folder, name));
  const network = { cniVersion: '1.0.0', name: 'none', plugins: [{ type: 'none' }] };
  await writeFile(join(directory, 'network.conflist'), JSON.stringify(network));
}

const socketIn = (directory: string): string => join(directory, 'buildkitd.sock');

const configuration = (directory: string): string => `root = "${join(directory, 'root')}"

[grpc]
address = ["unix://${socketIn(directory)}"]

[otel]
socketPath = "${join(directory, 'otel.sock')}"

[cdi]
disabled = true

[worker.oci]
enabled = true
binary = "runc"
networkMode = "cni"
cniConfigPath = "${join(directory, 'network.conflist')}"
cniBinaryPath = "${join(directory, 'network')}"
defaultCgroupParent = "/${basename(directory)}"
gc = false

[worker.containerd]
enabled = false
`;

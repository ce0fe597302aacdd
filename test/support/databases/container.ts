/** A server in a container of a real Docker engine. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { dockerArgv } from '../../../lib/adapters/database-place/argv.ts';
import { processStreams } from '../../../lib/runtime/process-stream.ts';
import { startDocker } from '../../../sandbox/images/docker.ts';
import type { ServedEngine } from './engines.ts';
import { served } from './served.ts';
import type { Served } from './served.ts';

/** The docker client of an engine with this address; what it printed. */
export const dockerAt =
  (address: string) =>
  async (...args: string[]): Promise<string> => {
    const env = { ...process.env, DOCKER_HOST: address };
    return (await promisify(execFile)('docker', args, { env })).stdout.trim();
  };

export interface ServerInContainer extends Served, AsyncDisposable {
  readonly container: string;
  /** For DOCKER_HOST. */
  readonly address: string;
  docker(...args: string[]): Promise<string>;
  /** Ends the Docker engine too, which is the server's own. */
  stop(): Promise<void>;
}

/** It has no network: its client is brought into the container. */
export async function serverInContainer(engine: ServedEngine, container: string): Promise<ServerInContainer> {
  const part = await startDocker();
  const { address } = part;
  const docker = dockerAt(address);
  const stop = async (): Promise<void> => {
    // A container holds its mounts until it is removed; there may be none yet.
    await docker('rm', '--force', '--volumes', container).catch(() => undefined);
    await part.stop();
  };
  try {
    const image = await engine.loadImage(address);
    await docker('run', '--detach', '--name', container, '--network', 'none', image);
    const asked = await served({
      engine,
      spawn: processStreams({ PATH: process.env['PATH'] ?? '' }),
      bring: (tool) => dockerArgv({ kind: 'docker', container }, tool),
      env: { DOCKER_HOST: address },
    });
    return { ...asked, container, address, docker, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

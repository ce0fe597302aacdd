/** The Docker engine of this machine, or that of another host over ssh, as scratch containers need it. */
import { isExpired, markText } from '../../domain/database/scratch-mark.ts';
import type { ContainerScratch } from '../../domain/database/scratch-place.ts';
import { CancelledError, TargetError, ToolError } from '../../domain/errors.ts';
import type { Files } from '../../ports/files.ts';
import type { Exit } from '../../ports/process.ts';
import { explainPlace } from '../database-place/explain.ts';
import { sshArgv } from '../ssh/argv.ts';
import { writeSshFiles } from '../ssh/files.ts';
import * as docker from './docker.ts';
import type { ScratchPorts } from './ports.ts';

export interface ContainerPorts extends ScratchPorts {
  /** Another host's key is written there. */
  readonly files: Files;
}

export interface DockerEngine {
  /** Brings a docker command to the engine that is meant. */
  bring(): Promise<(argv: readonly string[]) => readonly string[]>;
  /** What a command printed; throws why it did not work. */
  answered(argv: readonly string[], signal?: AbortSignal): Promise<string>;
  /** The image by its id where a container runs it, else by its name; pulled where it is not there. */
  image(signal?: AbortSignal): Promise<string>;
  /** A name and a mark for another container. */
  named(): { readonly name: string; readonly mark: string };
  /** Removes a container with its volumes; warns where that cannot be. */
  remove(name: string): Promise<void>;
  /** Removes those whose time is over; their names. */
  sweep(signal?: AbortSignal): Promise<readonly string[]>;
}

export function dockerEngine(
  { over, like, image: given }: ContainerScratch,
  described: string,
  ports: ContainerPorts,
): DockerEngine {
  async function bring(): Promise<(argv: readonly string[]) => readonly string[]> {
    if (over === undefined) return (argv) => argv;
    const files = await writeSshFiles(over, ports.files);
    return (argv) => sshArgv(over, files, argv);
  }

  async function ask(argv: readonly string[], signal?: AbortSignal): Promise<Exit> {
    const command = { argv: (await bring())(argv) };
    const exit = await ports.spawn(command, signal === undefined ? {} : { signal });
    if (exit.cancelled) throw new CancelledError();
    return exit;
  }

  async function answered(argv: readonly string[], signal?: AbortSignal): Promise<string> {
    const exit = await ask(argv, signal);
    if (exit.status === 0) return exit.stdout.trim();
    throw explained(exit.stderr, exit.status, argv, described);
  }

  return {
    bring,
    answered,
    async image(signal) {
      if (given === undefined) return answered(docker.imageOfArgv(like ?? ''), signal);
      const there = await ask(docker.hasImageArgv(given), signal);
      if (there.status !== 0) await answered(docker.pullArgv(given), signal);
      return given;
    },
    named() {
      const mark = { created: ports.clock.now(), lifetime: ports.lifetime };
      return { name: `slipway-scratch-${ports.hex()}`, mark: markText(mark) };
    },
    async remove(name) {
      try {
        const { status, stderr } = await ask(docker.removeArgv(name));
        if (status !== 0 && !/no such container/i.test(stderr)) throw new Error(stderr.trim());
      } catch (error) {
        ports.log.warn(`container ${name} could not be removed: ${(error as Error).message}`);
      }
    },
    async sweep(signal) {
      const now = ports.clock.now();
      const lines = (await answered(docker.listArgv, signal)).split('\n');
      const expired = lines.map((line) => line.split(' ')).filter(([, mark = '']) => isExpired(mark, now));
      for (const [name = ''] of expired) await answered(docker.removeArgv(name), signal);
      return expired.map(([name = '']) => name);
    },
  };
}

/** Why docker did not do it. */
function explained(stderr: string, exit: number | string, argv: readonly string[], subject: string): Error {
  const lines = stderr.trimEnd().split('\n').slice(-5);
  const place = explainPlace(stderr, subject);
  if (place !== undefined) return place;
  const [refused] =
    /(?:pull access denied|manifest (?:for .* )?(?:unknown|not found)|repository .* not found|failed to resolve reference|unauthorized|no such host|connection refused|i\/o timeout|no space left on device).*/i.exec(
      stderr,
    ) ?? [];
  if (refused !== undefined)
    return new TargetError(`docker: ${refused}`, {
      subject,
      remedy: 'name an image that this engine has or may pull: scratch: { container: { image: … } }',
    });
  return new ToolError(`docker failed: ${lines.at(-1) ?? `exit ${exit}`}`, { argv, exit, lastLines: lines });
}

/** Scratch servers of this runner's own programs: a unix socket, no network, gone when this process is. */
import { join } from 'node:path';
import { folderName } from '../../domain/database/scratch-mark.ts';
import { describeScratch, scratchRoom } from '../../domain/database/scratch-place.ts';
import { TargetError, ToolError } from '../../domain/errors.ts';
import { formatBytes } from '../../domain/size.ts';
import type { Scratch, ScratchOrder, ScratchServers } from '../../ports/scratch.ts';
import { removeHome, socketFolder, sweepFolders, usableFolders } from './home.ts';
import { readProbe, refuseUnfit } from './judge.ts';
import type { Found } from './judge.ts';
import { startLeashed } from './leashed.ts';
import { openScratch } from './open.ts';
import { localeOf } from './ports.ts';
import type { ScratchPorts } from './ports.ts';
import { answering, endedError } from './ready.ts';
import { probeArgv, readyLine, said, serverArgv } from './script.ts';

export interface LocalFolders {
  /** RUNNER_TEMP. */
  readonly temp: string;
  /** With a short name, that everybody may use: /tmp. */
  readonly short: string;
}

/** What the server's buffers and index builds may take, in bytes. */
const memory = 1024 * 1024 * 1024;

export function localScratch(folders: LocalFolders, ports: ScratchPorts): ScratchServers {
  const described = describeScratch({ kind: 'local' });
  const places = [folders.temp, folders.short];

  async function probe({ engine, signal }: ScratchOrder): Promise<Found> {
    const argv = probeArgv(engine, folders.short);
    const exit = await ports.spawn({ argv, cwd: '/' }, signal === undefined ? {} : { signal });
    if (exit.status === 0) return readProbe(exit.stdout);
    throw new ToolError('the runner’s shell could not look for server programs', {
      argv,
      exit: exit.status,
      lastLines: exit.stderr.trimEnd().split('\n').slice(-5),
    });
  }

  /** The first folder with room; a TargetError where none has, or where there is nothing to start. */
  async function fit(order: ScratchOrder): Promise<{ folder: string }> {
    const found = await probe(order);
    refuseUnfit(found, order, { subject: 'this runner', remedy: installRemedy(order) });
    const usable = await usableFolders(places, found.account !== undefined);
    const needed = scratchRoom(order.bytes);
    const roomy = usable.find(({ free }) => free >= needed);
    if (roomy !== undefined) return roomy;
    throw new TargetError('there is not enough room on this runner to restore the database', {
      subject: described,
      remedy: 'use a runner with a larger disk, or scratch: { server: … } for a server beside',
      details: [
        ['database', formatBytes(order.bytes)],
        ['needed', `${formatBytes(needed)}: a quarter more, and an empty server`],
        ...usable.map(({ folder, free }) => [folder, `${formatBytes(free)} free`] as const),
      ],
    });
  }

  return {
    described,
    sweep: () => sweepFolders(places, ports.clock.now()),
    async preflight(order) {
      await fit(order);
    },
    async start(order): Promise<Scratch> {
      const { engine } = order;
      const { folder } = await fit(order);
      const name = folderName({ created: ports.clock.now(), lifetime: ports.lifetime }, ports.hex());
      const home = join(folder, name);
      const socket = socketFolder(home, folders.short, name);
      const argv = serverArgv({
        engine,
        home,
        socket,
        memory,
        ...localeOf(order),
        mode: '0700',
        lifetime: ports.lifetime,
        leash: true,
      });
      const server = await startLeashed({ argv }, readyLine(engine), ports);
      const stop = async (): Promise<void> => {
        await server.release();
        const gone = await Promise.all([...new Set([home, socket])].map(removeHome));
        if (gone.includes(false)) ports.log.warn(`the scratch server’s folder ${home} could not be removed`);
      };
      const ended = (): TargetError | undefined => endedError(server.death(), described);
      try {
        await answering(server, ended, { ...ports, ...order });
        const opening = {
          subject: described,
          called: 'a local server',
          socket,
          reach: { kind: 'here', programs: server.said(said.programs) ?? '' } as const,
          why: ended,
          remedy: 'use a runner with a larger disk',
        };
        return { ...(await openScratch(order, opening, ports)), stop };
      } catch (error) {
        await stop();
        throw error;
      }
    },
  };
}

const packages = { postgresql: 'postgresql', mysql: 'mysql-server', mariadb: 'mariadb-server' } as const;

const installRemedy = ({ engine, version: { major, minor } }: ScratchOrder): string =>
  `install ${packages[engine]} ${engine === 'postgresql' ? major : `${major}.${minor}`} or newer on the runner, or name an image: scratch: { container: { image: … } }`;

/** Scratch servers in containers of this machine's Docker engine, or of another host's over ssh. */
import { describeScratch } from '../../domain/database/scratch-place.ts';
import type { ContainerScratch } from '../../domain/database/scratch-place.ts';
import type { Scratch, ScratchServers } from '../../ports/scratch.ts';
import { dockerArgv } from '../database-place/argv.ts';
import { explainPlace } from '../database-place/explain.ts';
import type { RemoteWay } from '../database-place/way.ts';
import { boxedServerArgv } from './boxed.ts';
import { runArgv } from './docker.ts';
import { dockerEngine } from './engine.ts';
import type { ContainerPorts } from './engine.ts';
import { readProbe, refuseNoRoom, refuseUnfit } from './judge.ts';
import { startLeashed } from './leashed.ts';
import type { Leashed } from './leashed.ts';
import { openScratch } from './open.ts';
import { answering, endedError } from './ready.ts';
import { besideServer, probeArgv, readyLine } from './script.ts';

/** Of a server whose container has no bound of its own, in bytes. */
const usualMemory = 1024 * 1024 * 1024;

export function containerScratch(place: ContainerScratch, ports: ContainerPorts): ScratchServers {
  const described = describeScratch(place);
  const engine = dockerEngine(place, described, ports);
  const folder = place.tmpfs === undefined ? '/tmp' : '/slipway';
  const bounds = {
    ...(place.tmpfs === undefined ? {} : { tmpfs: { folder, bytes: place.tmpfs } }),
    ...(place.memory === undefined ? {} : { memory: place.memory }),
  };
  const home = `${folder}/slipway-scratch`;
  const socket = `${home}/s`;

  const box = {
    home,
    socket,
    memory: place.memory ?? usualMemory,
    lifetime: ports.lifetime,
    leash: true,
  };

  return {
    described,
    async sweep({ signal } = {}) {
      return (await engine.sweep(signal)).map((name) => `container ${name}`);
    },

    async preflight(order) {
      const image = await engine.image(order.signal);
      const program = probeArgv(order.engine, folder);
      const run = runArgv({ image, ...engine.named(), ...bounds, program });
      const found = readProbe(await engine.answered(run, order.signal));
      const remedy = 'name an image of the server’s own version: scratch: { container: { image: … } }';
      refuseUnfit(found, order, { subject: `image ${place.image ?? image}`, remedy });
      refuseNoRoom(found.free, order, { subject: described, remedy: roomRemedy(place) });
    },

    async start(order): Promise<Scratch> {
      const image = await engine.image(order.signal);
      const { name, mark } = engine.named();
      const bring = await engine.bring();
      const argv = bring(runArgv({ image, name, mark, ...bounds, program: boxedServerArgv(order, box) }));
      const server = await startLeashed({ argv }, readyLine(order.engine), ports);
      const stop = async (): Promise<void> => {
        // A client that was ended by force, or lost its connection, has not waited for the engine.
        if (!(await server.release()) || server.death() !== undefined) await engine.remove(name);
      };
      const subject = `container ${name}`;
      const ended = (): Error | undefined => whyEnded(server, subject);
      try {
        await answering(server, ended, { ...ports, ...order });
        const inside = (tool: readonly string[]): readonly string[] =>
          bring(dockerArgv({ kind: 'docker', container: name }, besideServer(home, socket, tool)));
        const way: RemoteWay = { kind: 'there', where: subject, bring: inside };
        const reach = { kind: 'there', way } as const;
        const opening = { subject, socket, reach, why: ended, remedy: roomRemedy(place) };
        return { ...(await openScratch(order, opening, ports)), stop };
      } catch (error) {
        await stop();
        throw error;
      }
    },
  };
}

function whyEnded(server: Leashed, subject: string): Error | undefined {
  const death = server.death();
  if (death === undefined) return undefined;
  return explainPlace(death.lastLines.join('\n'), subject) ?? endedError(death, subject);
}

const roomRemedy = ({ tmpfs }: ContainerScratch): string =>
  tmpfs === undefined
    ? 'make room on the disk of that Docker engine, or choose another place: scratch'
    : 'give it more: scratch: { container: { tmpfs: … } }';

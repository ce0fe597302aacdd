/** Scratch servers in pods: no Service, no token, only a socket; their tools come by exec. */
import { describeScratch } from '../../domain/database/scratch-place.ts';
import type { PodScratch } from '../../domain/database/scratch-place.ts';
import type { Scratch, ScratchServers } from '../../ports/scratch.ts';
import { clusterEnvironment, kubectlArgv } from '../database-place/argv.ts';
import type { RemoteWay } from '../database-place/way.ts';
import { boxedServerArgv } from './boxed.ts';
import { readProbe, refuseNoRoom, refuseUnfit } from './judge.ts';
import { openScratch } from './open.ts';
import { podContainer, podFolder } from './pod-manifest.ts';
import { scratchPods, usualMemory } from './pods.ts';
import type { PodPorts } from './pods.ts';
import { answersArgv, besideServer, probeArgv } from './script.ts';

const home = `${podFolder}/server`;
const socket = `${home}/s`;

export function podScratch(place: PodScratch, ports: PodPorts): ScratchServers {
  const described = describeScratch(place);
  const pods = scratchPods(place, ports);

  const box = {
    home,
    socket,
    memory: place.memory ?? usualMemory,
    lifetime: ports.lifetime,
    leash: false,
  };

  /** Brings a tool into a pod, beside its server. */
  const wayInto = (pod: string): RemoteWay => {
    const { path: kubeconfig, context } = ports.kubeconfig;
    const { namespace } = place;
    const target = { namespace, pod, container: podContainer };
    const order = context === undefined ? target : { ...target, context };
    const bring = (tool: readonly string[]): string[] => kubectlArgv(order, besideServer(home, socket, tool));
    return { kind: 'there', where: pods.subject(pod), bring, env: clusterEnvironment(kubeconfig) };
  };

  return {
    described,
    async sweep(options) {
      return (await pods.sweep(options)).map((name) => pods.subject(name));
    },

    /** A pod with the same needs, which looks at its image and its room, and is gone: only so the scheduler is asked. */
    async preflight(order) {
      const name = pods.newName();
      try {
        const program = probeArgv(order.engine, podFolder, '/dev/termination-log');
        const image = await pods.create(name, order, { program });
        const state = await pods.outcome(name, 'done', order);
        const found = readProbe(state.kind === 'done' ? state.said : '');
        const remedy = 'name an image of the server’s own version: scratch: { pod: { image: … } }';
        refuseUnfit(found, order, { subject: `image ${image}`, remedy });
        refuseNoRoom(found.free, order, { subject: described, remedy: 'use nodes with a larger disk' });
      } finally {
        await pods.remove(name);
      }
    },

    async start(order): Promise<Scratch> {
      const name = pods.newName();
      const subject = pods.subject(name);
      const stop = (): Promise<void> => pods.remove(name);
      try {
        const answers = answersArgv(order.engine, home, socket);
        await pods.create(name, order, { program: boxedServerArgv(order, box), answers });
        await pods.outcome(name, 'ready', order);
        const opening = {
          subject,
          socket,
          reach: { kind: 'there', way: wayInto(name) } as const,
          why: (error: unknown) => pods.causeOf(name, error),
          remedy: 'give it more: scratch: { pod: { storage: … } }',
        };
        return { ...(await openScratch(order, opening, ports)), stop };
      } catch (error) {
        await stop();
        throw error;
      }
    },
  };
}

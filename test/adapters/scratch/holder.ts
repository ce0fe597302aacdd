/** Starts a scratch server in a process of its own, says so, and holds it until it is killed. */
import { localScratch } from '../../../lib/adapters/scratch/local.ts';
import { containerScratch } from '../../../lib/adapters/scratch/container.ts';
import { podScratch } from '../../../lib/adapters/scratch/pod.ts';
import type { ScratchPlace } from '../../../lib/domain/database/scratch-place.ts';
import type { ScratchServers } from '../../../lib/ports/scratch.ts';
import { order, scratchPorts } from './support.ts';

export interface HolderOrder {
  readonly folder: string;
  readonly place: ScratchPlace;
  readonly lifetime: number;
  readonly kubeconfig?: string;
}

const { folder, place, lifetime, kubeconfig = '' } = JSON.parse(process.argv[2] ?? '') as HolderOrder;
const ports = scratchPorts(folder, process.env, lifetime);

const servers = ((): ScratchServers => {
  if (place.kind === 'container') return containerScratch(place, ports);
  if (place.kind === 'pod') return podScratch(place, { ...ports, kubeconfig: { path: kubeconfig } });
  return localScratch({ temp: folder, short: folder }, ports);
})();
const scratch = await servers.start(order);
console.log(`started ${scratch.described}`);
setInterval(() => undefined, 60_000);

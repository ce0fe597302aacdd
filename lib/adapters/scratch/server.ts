/** Scratch databases on a server that is there already: only databases that bear our mark are made, and dropped. */
import { databaseName, databasePrefix, isExpired, markInName } from '../../domain/database/scratch-mark.ts';
import { describeScratch } from '../../domain/database/scratch-place.ts';
import type { ServerScratch } from '../../domain/database/scratch-place.ts';
import { restoreProblem } from '../../domain/database/versions.ts';
import { TargetError } from '../../domain/errors.ts';
import type { Database } from '../../ports/database.ts';
import type { Scratch, ScratchOrder, ScratchServers } from '../../ports/scratch.ts';
import { refuseNoRoom } from './judge.ts';
import type { ScratchPorts } from './ports.ts';

export type ServerPorts = Pick<ScratchPorts, 'clock' | 'log' | 'hex' | 'lifetime'>;

/** `database`: the one by which the server is entered. */
export function serverScratch(place: ServerScratch, database: Database, ports: ServerPorts): ScratchServers {
  const described = describeScratch(place);

  async function preflight(order: ScratchOrder): Promise<void> {
    const { version, signal } = order;
    const options = signal === undefined ? {} : { signal };
    const { server } = await database.probe(options);
    const problem = restoreProblem({ tool: version, source: version }, server);
    const judged = { subject: described, remedy: 'name a server of the same version or a newer one' };
    if (problem !== undefined) throw new TargetError(`a backup cannot be proven there: ${problem}`, judged);
    const remedy = 'name a server with more room';
    refuseNoRoom(await database.freeBytes(options), order, { subject: described, remedy });
  }

  return {
    described,
    async sweep(options) {
      const now = ports.clock.now();
      const names = await database.namesBeside(databasePrefix, options);
      const over = names.filter((name) => isExpired(markInName(name) ?? '', now));
      for (const name of over) await database.dropBeside(name, options);
      return over.map((name) => `database ${name}`);
    },
    preflight,
    async start(order): Promise<Scratch> {
      const mark = { created: ports.clock.now(), lifetime: ports.lifetime };
      const name = databaseName(mark, ports.hex());
      const stop = async (): Promise<void> => {
        try {
          await database.dropBeside(name);
        } catch (error) {
          ports.log.warn(`database ${name} could not be dropped: ${(error as Error).message}`);
        }
      };
      try {
        const empty = await database.createBeside(
          name,
          order.signal === undefined ? {} : { signal: order.signal },
        );
        return { described: `${described}: ${name}`, database: empty, stop };
      } catch (error) {
        await stop(); // a cancel may come after it was made
        throw error;
      }
    },
  };
}

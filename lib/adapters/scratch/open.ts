import type { Scratch, ScratchOrder } from '../../ports/scratch.ts';
import { blamingServer } from './blame.ts';
import type { ScratchPorts, ScratchTarget } from './ports.ts';
import { describeServer } from './ready.ts';
import { scratchDatabase, scratchUser } from './script.ts';

export interface Opening extends Pick<ScratchTarget, 'socket' | 'reach'> {
  /** What its errors are about. */
  readonly subject: string;
  /** What the report calls it; the subject, unless given. */
  readonly called?: string;
  /** Why the server has ended, if it has. */
  readonly why: Parameters<typeof blamingServer>[1];
  /** What to do when it had too little room. */
  readonly remedy: string;
}

/** The empty database of a server that answers; its errors blame the server where it has ended. */
export async function openScratch(
  order: ScratchOrder,
  { subject, called = subject, socket, reach, why, remedy }: Opening,
  { connect, log }: ScratchPorts,
): Promise<Omit<Scratch, 'stop'>> {
  const { engine } = order;
  const user = scratchUser(engine);
  const empty = await connect({
    engine,
    described: subject,
    socket,
    user,
    database: scratchDatabase,
    reach,
  });
  const database = blamingServer(empty, why, { subject, remedy });
  return { described: await describeServer(called, database, order, log), database };
}

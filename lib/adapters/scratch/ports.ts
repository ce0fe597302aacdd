import type { Engine } from '../../domain/database/locator.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { Log } from '../../ports/log.ts';
import type { Spawn, SpawnStream } from '../../ports/process.ts';
import type { ScratchOrder } from '../../ports/scratch.ts';
import type { RemoteWay } from '../database-place/way.ts';

/** What every kind of scratch server is made with. */
export interface ScratchPorts {
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn' | 'debug'>;
  readonly spawn: Spawn;
  readonly stream: SpawnStream;
  /** Eight hexadecimal digits, never the same. */
  readonly hex: () => string;
  /** How long a server may live when nobody ends it: longer than the step may take. */
  readonly lifetime: Milliseconds;
  /** The Database port of a server's empty database. Asks nothing. */
  readonly connect: (target: ScratchTarget) => Promise<Database>;
}

/** A server that answers, and how its tools are reached. */
export interface ScratchTarget {
  readonly engine: Engine;
  readonly described: string;
  /** The folder of its socket, where it runs. */
  readonly socket: string;
  readonly user: string;
  readonly database: string;
  readonly reach:
    | { readonly kind: 'here'; readonly programs: string }
    /** Its tools find the server by their environment. */
    | { readonly kind: 'there'; readonly way: RemoteWay };
}

/** As the database that was dumped is, where that is known. */
export function localeOf(order: ScratchOrder): { encoding: string; locale: string } {
  const usual = order.engine === 'postgresql' ? ['UTF8', 'C.UTF-8'] : ['utf8mb4', 'utf8mb4_general_ci'];
  const [encoding = '', locale = ''] = usual;
  return { encoding, locale, ...given(order) };
}

const given = ({ encoding, locale }: ScratchOrder): { encoding?: string; locale?: string } => ({
  ...(encoding === undefined ? {} : { encoding }),
  ...(locale === undefined ? {} : { locale }),
});

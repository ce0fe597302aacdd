/** When a check is given up before the deadline: what waiting cannot mend is not waited for. */
import type { Milliseconds } from '../duration.ts';
import type { Miss } from './types.ts';

/** A record may be being created, a certificate being swapped: the same must be seen for so long. */
const hopelessGrace: Milliseconds = 10_000;
/** Pods of a Service may be on their way. */
const noEndpointsGrace: Milliseconds = 30_000;

const graceOf = (cause: string): Milliseconds =>
  cause.startsWith('nothing is behind') ? noEndpointsGrace : hopelessGrace;

/** The same hopeless cause since when; kept from attempt to attempt. */
export interface Despair {
  readonly cause: string;
  readonly since: number;
}

/** What this miss makes of the despair so far. */
export const despairOf = (before: Despair | undefined, miss: Miss, now: number): Despair | undefined =>
  miss.hopeless === undefined
    ? undefined
    : before?.cause === miss.hopeless
      ? before
      : { cause: miss.hopeless, since: now };

/** Milliseconds until it is given up; 0 or less: now. Undefined: never before the deadline. */
export const patienceLeft = (despair: Despair | undefined, now: number): Milliseconds | undefined =>
  despair === undefined ? undefined : despair.since + graceOf(despair.cause) - now;

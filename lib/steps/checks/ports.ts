import type { Clock } from '../../ports/clock.ts';
import type { Kube } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';
import type { Forwards, Probes } from '../../ports/probes.ts';
import type { Spawn } from '../../ports/process.ts';

/** What checks ask with. */
export interface CheckPorts {
  readonly probes: Probes;
  readonly forwards: Forwards;
  /** Undefined where no check needs a cluster. */
  readonly kube?: Kube;
  readonly spawn: Spawn;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

import type { Clock } from '../../ports/clock.ts';
import type { Kube } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';
import type { Forwards, Probes } from '../../ports/probes.ts';
import type { Spawn } from '../../ports/process.ts';
import type { Registry } from '../../ports/registry.ts';

/** What checks ask with. */
export interface CheckPorts {
  readonly probes: Probes;
  readonly forwards: Forwards;
  /** Undefined where no check needs a cluster. */
  readonly kube?: Kube;
  /** What is in an image's digest; without it, a runtime that reports another digest leaves a check of pods inconclusive. */
  readonly registry?: Registry;
  readonly spawn: Spawn;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

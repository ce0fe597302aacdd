import type { Inputs } from './inputs.ts';
import type { Phases } from './phases.ts';
import type { Plan } from './plan.ts';
import type { Ports } from './ports.ts';

/** What every part of one run works with. */
export interface Work {
  readonly inputs: Inputs;
  readonly ports: Ports;
  readonly plan: Plan;
  readonly phases: Phases;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

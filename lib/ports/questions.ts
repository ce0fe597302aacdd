import type { ImageAnswer, ObjectAnswer, Probe } from '../domain/verdict/types.ts';

/** Whom a verdict asks what its watches cannot show: the registry, and the rest of the namespace. */
export interface Questions {
  /** What cannot be learnt is `unknown`; never throws. */
  answer(probe: Probe, signal: AbortSignal): Promise<ImageAnswer | ObjectAnswer>;
}

/** A run that was killed outright, and the next one. */
import type { Verdict } from '../../../lib/domain/verdict/types.ts';
import { actor } from '../../domain/record/samples.ts';
import { ManualClock } from '../../steps/memory.ts';
import { Target } from './memory.ts';

export const never = new Promise<never>(() => {});

/** Revision 1 runs and is verified; the next deploy hangs in its upgrade, or at the verdict whose turn it is. */
export async function killedIn(
  where: 'upgrade' | 'roll-out' | 'undo',
  ...verdicts: Verdict['outcome'][]
): Promise<Target> {
  const hang = (): Promise<never> => never;
  const until = { upgrade: [], 'roll-out': [hang], undo: ['fail' as const, hang] }[where];
  const target = new Target('pass', ...until, ...verdicts);
  target.helm.add('deployed');
  if (where === 'upgrade') target.helm.onUpgrade = hang;
  void target.deploy();
  await new Promise((resolve) => setTimeout(resolve, 10));
  target.helm.onUpgrade = undefined;
  return target;
}

/** The next run has the lock: taken from the dead one, or found free. */
export function next(target: Target, got: 'taken-over' | 'free' = 'taken-over'): ManualClock {
  const clock = new ManualClock();
  const by = { ...actor, run: '43' };
  target.ports = { ...target.ports, clock, actor: by, holder: { ...target.ports.holder, actor: by } };
  const holder = { ...actor, nonce: 'n', pid: 1, runner: 'r' };
  target.locks.got =
    got === 'free' ? { kind: 'free' } : { kind: 'taken-over', holder, why: 'its job has finished' };
  return clock;
}

export const states = (target: Target): string[] =>
  target.records.all.map(({ seq, state }) => `#${seq} ${state}`);

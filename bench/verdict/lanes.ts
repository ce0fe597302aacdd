/** Plays tasks side by side, each in a namespace of its own, the longest first. */
import type { KeptRounds } from '../kit/kept-rounds.ts';
import { inLanes } from '../kit/lanes.ts';
import { play, stumbled } from './round.ts';
import type { Round, Setting, Task } from './round.ts';

export async function playAll(
  tasks: readonly Task[],
  lanes: number,
  kept: KeptRounds<Round>,
  setting: Setting,
  say: (round: Round) => void,
  signal: AbortSignal,
): Promise<void> {
  const due = tasks.filter((task) => !kept.all.some((round) => isOf(task, round))).toSorted(longestFirst);
  await inLanes(due, lanes, async (task) => {
    const round = await play(task, setting, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      return stumbled(task, error);
    });
    await kept.add(round);
    say(round);
  });
}

const isOf = ({ case: { id }, part, round, late }: Task, done: Round): boolean =>
  done.case === id && done.part === part && done.round === round && done.late === late;

/** About how long it takes, in milliseconds. */
function expected({ case: { fault, twin }, part, late }: Task): number {
  const grace = typeof fault?.grace === 'number' ? fault.grace : 0;
  if (late !== undefined) return late * grace + 30_000;
  return part === 'fault' ? grace + 20_000 : (twin.recovery?.after ?? 0) + 20_000;
}

const longestFirst = (a: Task, b: Task): number => a.round - b.round || expected(b) - expected(a);

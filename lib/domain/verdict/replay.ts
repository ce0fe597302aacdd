import { plural } from '../words.ts';
import { createEngine } from './engine.ts';
import { rules as allRules } from './rules/rules.ts';
import type { Rule } from './rules/rule.ts';
import type { Expectation, Observation, Verdict } from './types.ts';

/**
 * The verdict on a recorded list of observations, in the order recorded: judged after each moment in it, as it was
 * live (what was judged by the clock alone is in the list as well), and after the last whenever it asks to be.
 */
export function replay(
  expectation: Expectation,
  observations: readonly Observation[],
  rules: readonly Rule[] = allRules,
): Verdict | undefined {
  const engine = createEngine(expectation, rules);
  for (const [index, observation] of observations.entries()) {
    engine.observe(observation);
    if (observations[index + 1]?.at === observation.at) continue;
    const judgement = engine.judge(observation.at);
    if (judgement.kind === 'verdict') return judgement.verdict;
  }
  const last = observations.at(-1)?.at ?? 0;
  for (let now = last; ;) {
    const judgement = engine.judge(now);
    if (judgement.kind === 'verdict') return judgement.verdict;
    if (judgement.until <= now) return undefined;
    now = judgement.until;
  }
}

/** `left out 120 observations`, where a recorded list was too long to be kept whole: its replay may end otherwise. */
export function leftOut(observations: readonly Observation[]): string | undefined {
  const count = observations.reduce((sum, each) => sum + (each.kind === 'left-out' ? each.count : 0), 0);
  return count === 0
    ? undefined
    : `left out ${plural(count, 'observation')}, the release is too large to keep them all`;
}

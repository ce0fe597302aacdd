/** What would have been called had every grace been longer or shorter, told offline from what was recorded. Pure. */
import { createEngine } from '../../lib/domain/verdict/engine.ts';
import type { Detection, Grace, Rule } from '../../lib/domain/verdict/rules/rule.ts';
import { rules } from '../../lib/domain/verdict/rules/rules.ts';
import type { Expectation, Observation, Verdict } from '../../lib/domain/verdict/types.ts';

/** Every grace times these. */
export const factors = [0.5, 1, 1.5, 2] as const;

export interface Call {
  readonly factor: number;
  readonly outcome: Verdict['outcome'] | 'none';
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const longer = (grace: Grace, factor: number): Grace =>
  Object.fromEntries(Object.entries(grace).map(([preset, patience]) => [preset, patience * factor]));

const scaled = (factor: number): Rule[] =>
  rules.map((rule) => ({
    ...rule,
    detect: (about) =>
      [rule.detect(about) ?? []].flat().map(({ grace, excuse, ...found }: Detection): Detection => ({
        ...found,
        ...(grace === undefined ? {} : { grace: longer(grace, factor) }),
        ...(excuse === undefined ? {} : { excuse: { ...excuse, grace: longer(excuse.grace, factor) } }),
      })),
  }));

/**
 * As `replay` does, and also between two observations whenever a grace ends: what was recorded had other ones. What was
 * recorded ends with its own verdict: after it, nothing changes.
 */
export function callWith(
  factor: number,
  expectation: Expectation,
  observations: readonly Observation[],
): Call {
  const engine = createEngine({ ...expectation, failFast: 'balanced' }, scaled(factor));
  let until = Infinity;
  const judge = (at: number): Verdict | undefined => {
    const judgement = engine.judge(at);
    if (judgement.kind === 'verdict') return judgement.verdict;
    until = judgement.until;
    return undefined;
  };
  /** Each end of a grace before this time. */
  const catchUp = (time: number): Verdict | undefined => {
    for (let at = until; at < time; at = until) {
      const verdict = judge(at);
      if (verdict !== undefined || until <= at) return verdict;
    }
    return undefined;
  };
  for (const [index, observation] of observations.entries()) {
    const early = catchUp(observation.at);
    if (early !== undefined) return called(factor, early);
    engine.observe(observation);
    if (observations[index + 1]?.at === observation.at) continue;
    const verdict = judge(observation.at);
    if (verdict !== undefined) return called(factor, verdict);
  }
  const late = catchUp(Infinity);
  return late === undefined ? { factor, outcome: 'none', at: Number.NaN } : called(factor, late);
}

const called = (factor: number, { outcome, at }: Verdict): Call => ({ factor, outcome, at });

export const curveOf = (expectation: Expectation, observations: readonly Observation[]): Call[] =>
  factors.map((factor) => callWith(factor, expectation, observations));

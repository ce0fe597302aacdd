/** Short words for observations, so that a test reads as what happened. */
import type { KubeObject, ObjectId } from '../../../lib/domain/kubernetes.ts';
import { createEngine } from '../../../lib/domain/verdict/engine.ts';
import type { Rule } from '../../../lib/domain/verdict/rules/rule.ts';
import { rules as allRules } from '../../../lib/domain/verdict/rules/rules.ts';
import {
  objectKey,
  type Expectation,
  type Judgement,
  type Observation,
  type Verdict,
} from '../../../lib/domain/verdict/types.ts';
import { idOf } from '../../../lib/domain/workloads/kind.ts';

export const web: ObjectId = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

export const saw = (at: number, object: KubeObject): Observation => ({ at, kind: 'object', object });

export const gone = (at: number, object: KubeObject): Observation => ({
  at,
  kind: 'gone',
  id: idOf(object),
  uid: object.metadata.uid ?? '',
});

/** Helm has applied; these objects were then in the API's list. */
export const applied = (at: number, ...objects: KubeObject[]): Observation => ({
  at,
  kind: 'applied',
  generations: Object.fromEntries(objects.map((o) => [objectKey(idOf(o)), o.metadata.generation ?? 0])),
  uids: Object.fromEntries(objects.map((o) => [objectKey(idOf(o)), o.metadata.uid ?? ''])),
});

export const blind = (
  at: number,
  because: 'lost' | 'forbidden' = 'lost',
  resource = 'apps/Deployment',
): Observation => ({
  at,
  kind: 'blind',
  resource,
  namespace: 'shop',
  reason: because === 'lost' ? 'connection refused' : 'deployments.apps is forbidden',
  because,
});

export const sighted = (at: number, resource = 'apps/Deployment'): Observation => ({
  at,
  kind: 'sighted',
  resource,
  namespace: 'shop',
});

/** Judged from 0 to 1000. */
export const expecting = (...gated: ObjectId[]): Expectation => ({ gated, deadline: 1_000, timeout: 1_000 });

/**
 * As a watcher judges: after each moment, and whenever the engine asked to be woken before the next. What it records
 * ends with the verdict; `told` sees every judgement on the way.
 */
export function live(
  expectation: Expectation,
  observations: readonly Observation[],
  told: (judgement: Judgement, at: number) => void = () => undefined,
  rules: readonly Rule[] = allRules,
): { verdict: Verdict | undefined; recorded: Observation[] } {
  const engine = createEngine(expectation, rules);
  const recorded: Observation[] = [];
  let until = Infinity;
  let verdict: Verdict | undefined;
  const judge = (at: number): void => {
    const judgement = engine.judge(at);
    told(judgement, at);
    if (judgement.kind === 'verdict') verdict ??= judgement.verdict;
    else until = judgement.until;
  };
  const wakeBefore = (next: number): void => {
    if (verdict !== undefined || until >= next) return;
    recorded.push({ at: until, kind: 'time' });
    judge(until);
    wakeBefore(next);
  };
  for (const [, moment] of Map.groupBy(observations, ({ at }) => at)) {
    wakeBefore(moment[0]?.at ?? 0);
    if (verdict !== undefined) break;
    for (const each of moment) engine.observe(each);
    recorded.push(...moment);
    judge(moment[0]?.at ?? 0);
  }
  wakeBefore(Infinity);
  return { verdict, recorded };
}

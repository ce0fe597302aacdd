import { plural } from '../words.ts';
import type { CheckOutcome, ChecksOutcome } from './types.ts';

/** What all of it amounts to: a warning never fails, and what could not be asked proves nothing. */
export function verdict(identity: CheckOutcome | undefined, checks: readonly CheckOutcome[]): ChecksOutcome {
  const all = identity === undefined ? checks : [identity, ...checks];
  const bad = all.filter(({ severity, outcome }) => severity === 'fail' && outcome !== 'pass');
  const warned = checks.filter(({ severity, outcome }) => severity === 'warn' && outcome !== 'pass').length;
  const [first] = [...bad.filter(({ outcome }) => outcome === 'fail'), ...bad];
  const who = identity === undefined ? {} : { identity };
  if (first !== undefined) {
    const more = bad.length === 1 ? '' : `, and ${bad.length - 1} more`;
    return { outcome: first.outcome, reason: `${first.name}: ${first.reason}${more}`, ...who, checks };
  }
  const parts = [
    ...(identity === undefined ? [] : [identity.reason]),
    ...(checks.length === warned ? [] : [`${plural(checks.length - warned, 'check')} passed`]),
    ...(warned === 0 ? [] : [`${warned} only warned`]),
  ];
  return { outcome: 'pass', reason: parts.join(', '), ...who, checks };
}

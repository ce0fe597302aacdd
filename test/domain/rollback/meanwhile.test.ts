import { expect, test } from '@jest/globals';
import { candidatesOf } from '../../../lib/domain/rollback/candidates.ts';
import { decide } from '../../../lib/domain/rollback/decide.ts';
import { stillMeant } from '../../../lib/domain/rollback/meanwhile.ts';
import type { Look } from '../../../lib/domain/rollback/meanwhile.ts';
import type { PastFacts } from '../../../lib/domain/rollback/types.ts';
import { claim, copy, failed, live, me, rec, rev } from './past.ts';

/** An operator's look at whatever runs. */
function look(facts: PastFacts, locked: boolean): Look {
  const from = { kind: 'running' } as const;
  const decision = decide(facts, { from, to: { kind: 'last-verified' }, by: me, force: false, locked });
  if (decision.kind === 'ask') throw new Error('it has no registry to ask');
  return { facts, candidates: candidatesOf(facts), decision };
}

function afterwards(before: PastFacts, after: PastFacts): string {
  const decision = stillMeant(look(before, false), look(after, true));
  if (decision.kind === 'skip') return `skip: ${decision.reason}`;
  return decision.kind === 'refuse' ? `refuse: ${decision.refusals[0]?.reason}` : decision.kind;
}

const records = [rec(1), rec(2)];
const before: PastFacts = { records, revisions: [rev(1), live(2)] };
const copied = [rev(1), failed(2), copy(3, 1, { status: 'deployed' })];

test.each<[string, PastFacts, string]>([
  ['nothing happened', before, 'undo'],
  [
    'a try that failed: still the same to be left',
    { records, revisions: [rev(1, { status: 'deployed' }), failed(2), copy(3, 1, { status: 'failed' })] },
    'undo',
  ],
  [
    'somebody has gone back',
    { records, revisions: copied },
    'skip: revision 2 was left while this run waited for the lock; revision 3 (prod/shop#1) runs now',
  ],
  [
    'somebody has shipped',
    { records, revisions: [rev(1), rev(2), live(3)] },
    'skip: revision 2 was left while this run waited for the lock; revision 3 runs now',
  ],
  [
    'somebody has uninstalled it',
    { records, revisions: [rev(2, { status: 'uninstalled' })] },
    'skip: revision 2 was left while this run waited for the lock; nothing runs now',
  ],
])('after a wait for the lock: %s', (_, after, expected) => {
  expect(afterwards(before, after)).toBe(expected);
});

const undoing = (more: Parameters<typeof claim>[0] = {}): PastFacts => {
  const undo = claim({ part: 'rollback', ...more });
  const state = more?.outcome === 'success' ? 'rolled-back' : 'rejected';
  return { records: [rec(1), rec(2, { state, undo })], revisions: copied };
};

test.each<[string, PastFacts, string]>([
  [
    'it has undone it',
    undoing({ outcome: 'success', revision: 3 }),
    'skip: rollback of run 99 has undone prod/shop#2 while this run waited for the lock',
  ],
  [
    'nobody saw how it ended',
    undoing({ outcome: 'inconclusive', revision: 3 }),
    'refuse: rollback of run 99 has undone prod/shop#2 while this run waited for the lock, and nobody saw how it ended',
  ],
  ['it was killed, and its claim stands: the same once more', undoing(), 'undo'],
  [
    'it failed: still the same to be left',
    {
      ...undoing({ outcome: 'failure', revision: 3 }),
      revisions: [rev(1, { status: 'deployed' }), failed(2), copy(3, 1, { status: 'failed' })],
    },
    'undo',
  ],
])('another run was at work: %s', (_, after, expected) => {
  expect(look(undoing(), false).decision.kind).toBe('at-work');
  expect(afterwards(undoing(), after)).toBe(expected);
});

import { expect, test } from '@jest/globals';
import { claimUndo, closeUndo, moveTo } from '../../../lib/domain/record/transitions.ts';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { withoutOrphan } from '../../../lib/domain/rollback/again.ts';
import { candidatesOf } from '../../../lib/domain/rollback/candidates.ts';
import { decide } from '../../../lib/domain/rollback/decide.ts';
import type { Wishes } from '../../../lib/domain/rollback/decide.ts';
import type { PastFacts } from '../../../lib/domain/rollback/types.ts';
import type { History } from './history.ts';
import { againHistories } from './histories-again.ts';
import { stateHistories } from './histories.ts';
import { undoHistories } from './histories-undone.ts';
import { me, rec, rev } from './past.ts';

const histories = [...stateHistories, ...undoHistories, ...againHistories];

const wishesOf = ({
  from = 'running',
  to,
  force = false,
  locked = false,
  image = 'present',
}: History): Wishes => ({
  from:
    from === 'running'
      ? { kind: 'running' }
      : { kind: 'record', id: typeof from === 'number' ? `prod/shop#${from}` : from },
  to: to ?? { kind: 'last-verified' },
  by: me,
  force,
  locked,
  images: () => image,
});

function said(facts: PastFacts, wishes: Wishes): string {
  const decision = decide(facts, wishes);
  if (decision.kind === 'undo') return `→ ${decision.to.revision}`;
  if (decision.kind === 'refuse')
    return `refuse: ${decision.refusals.map(({ reason }) => reason).join('; ')}`;
  return decision.kind === 'skip' ? `skip: ${decision.reason}` : decision.kind;
}

test('there are at least thirty histories', () => expect(histories.length).toBeGreaterThanOrEqual(30));

test.each(histories.map((history) => [history.name, history] as const))('%s', (_, history) => {
  const answer = said(history, wishesOf(history));
  const [kind = '', ...text] = history.expected.split(': ');
  if (text.length === 0) expect(answer).toBe(kind);
  else {
    expect(answer).toMatch(new RegExp(`^${kind}: `));
    expect(answer).toContain(text.join(': '));
  }
});

test.each(histories.map((history) => [history.name, history] as const))(
  'the order in which things were listed says nothing: %s',
  (_, history) => {
    const turned = { records: history.records.toReversed(), revisions: history.revisions.toReversed() };
    expect(said(turned, wishesOf(history))).toBe(said(history, wishesOf(history)));
  },
);

test.each(histories.map((history) => [history.name, history] as const))(
  'without force never what was rejected, never what is left: %s',
  (_, history) => {
    const decision = decide(history, { ...wishesOf(history), force: false });
    if (decision.kind !== 'undo') return;
    expect(decision.to.rejected).toBe(false);
    expect(decision.to.root).not.toBe(decision.from.root);
    expect(decision.overridden).toEqual([]);
  },
);

/** What a rollback that succeeds leaves behind. */
function undone(facts: PastFacts, id: string, toRevision: number): PastFacts {
  const revision = Math.max(...facts.revisions.map((each) => each.revision)) + 1;
  const claim = { by: me, at: '', part: 'rollback', toRevision, revision };
  const records = facts.records.map((record): ReleaseRecord => {
    if (record.id !== id) return record;
    const claimed = claimUndo(moveTo(withoutOrphan(record, me), 'rejected', 'wrong'), claim);
    return claimed.kind === 'claimed' ? closeUndo(claimed.record, 'success', '') : record;
  });
  const superseded = facts.revisions.map((each) =>
    each.status === 'deployed' ? { ...each, status: 'superseded' } : each,
  );
  return { records, revisions: [...superseded, rev(revision, { status: 'deployed' })] };
}

test.each(histories.filter(({ from }) => typeof from === 'number').map((each) => [each.name, each] as const))(
  'one failure is undone once: %s',
  (_, history) => {
    const wishes = wishesOf(history);
    const decision = decide(history, wishes);
    if (decision.kind !== 'undo' || wishes.from.kind !== 'record') return;
    const after = undone(history, wishes.from.id, decision.to.revision);
    expect(said(after, wishes)).toMatch(/^skip: .* is undone already/);
    expect(said(after, { ...wishes, force: true })).toMatch(/^skip: /);
  },
);

test('it asks for the images of what it would take, and of nothing else', () => {
  const asked: number[] = [];
  const facts = { records: [rec(1), rec(2)], revisions: [rev(1), rev(2, { status: 'deployed' })] };
  const decision = decide(facts, {
    from: { kind: 'running' },
    to: { kind: 'last-verified' },
    by: me,
    force: false,
    locked: false,
    images: ({ revision }) => void asked.push(revision),
  });
  expect(decision).toMatchObject({ kind: 'ask', about: 'images', candidate: { revision: 1 } });
  expect(asked).toEqual([1]);
});

test('every candidate says why it is verified or not', () => {
  for (const history of histories) for (const { why } of candidatesOf(history)) expect(why).not.toBe('');
});

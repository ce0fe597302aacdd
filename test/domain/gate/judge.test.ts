import { expect, test } from '@jest/globals';
import { judgeGate } from '../../../lib/domain/gate/judge.ts';
import { asked, down, facts, frozen, open, proposed, sale } from './cases.ts';
import { shut } from './shut-cases.ts';

test.each(open)('open: %s', (_what, more, other) => {
  expect(judgeGate(asked(more), facts(other))).toMatchObject({ kind: 'open' });
});

test.each(shut)('shut: %s', (_what, more, other, why) => {
  const decision = judgeGate(asked(more), facts(other));
  expect(decision.kind).toBe('shut');
  const said = decision.kind === 'shut' ? decision.obstacles.map(({ what }) => what).join('\n') : '';
  expect(said).toMatch(why);
});

test('every obstacle is told at once, each with what to do', () => {
  const decision = judgeGate(
    asked(proposed({ commit: 'd'.repeat(40) })),
    facts({
      ...frozen(sale),
      approvals: { known: [] },
      verifiedIn: { staging: down },
      newerProposal: { known: 'run 101' },
    }),
  );
  const obstacles = decision.kind === 'shut' ? decision.obstacles : [];
  expect(obstacles).toHaveLength(5);
  expect(obstacles.every(({ remedy }) => remedy !== '')).toBe(true);
  expect(obstacles.filter(({ unknown }) => unknown === true)).toHaveLength(1);
});

test('a re-run of the failed jobs alone is told which button it should have been', () => {
  expect(judgeGate(asked(), facts({ attempt: 2 }))).toMatchObject({
    obstacles: [{ remedy: expect.stringContaining('Re-run all jobs') }],
  });
});

test('what was let pass on purpose is kept for the audit', () => {
  const decision = judgeGate(
    asked({ allowBypass: true, breakGlass: 'checkout is down' }),
    facts({ ...frozen(sale), approvals: { known: [] } }),
  );
  expect(decision).toMatchObject({
    kind: 'open',
    approval: undefined,
    exceptions: [expect.stringContaining('bypassed'), expect.stringContaining('because checkout is down')],
  });
});

/** Each fact turned to unknown or to its worst, alone: none may leave the gate open. */
test('nothing that is unknown opens it', () => {
  const unknown = [
    { environment: down },
    { approvals: down },
    { initiators: down },
    { freezes: down },
    { runningNow: down },
    { newerProposal: down },
    { verifiedIn: { staging: down } },
  ];
  expect(unknown.map((each) => judgeGate(asked(), facts(each)).kind)).toEqual(unknown.map(() => 'shut'));
});

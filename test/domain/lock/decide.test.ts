import { expect, test } from '@jest/globals';
import { decideLock, holderText, isExpired, parseHolder } from '../../../lib/domain/lock/decide.ts';
import { markText, parseMark } from '../../../lib/domain/lock/next.ts';
import { describeJob } from '../../../lib/domain/record/job.ts';
import type { LockFacts, LockHolder } from '../../../lib/domain/lock/decide.ts';

const me: LockHolder = {
  repository: 'acme/shop',
  run: '42',
  attempt: 2,
  job: '7',
  nonce: 'mine',
  pid: 10,
  runner: 'r1',
};
const other: LockHolder = { ...me, run: '41', nonce: 'theirs', pid: 20, runner: 'r2' };
const earlierStep: LockHolder = { ...me, nonce: 'before', pid: 9 };
const earlierAttempt: LockHolder = { ...other, run: '42', attempt: 1 };

const cases: readonly [
  string,
  Partial<LockFacts>,
  'free' | 'ours' | 'taken-over' | 'ask' | 'wait' | 'next',
][] = [
  ['nobody', { holder: undefined }, 'free'],
  ['we ourselves: the answer to our request was lost', { holder: me, processAlive: true }, 'ours'],

  ['another run, alive', { holder: other }, 'wait'],
  ['another run, alive, takeover expired', { holder: other, takeover: 'expired' }, 'wait'],
  ['another run, expired: GitHub must be asked', { holder: other, expired: true }, 'ask'],
  ['another run, expired, finished', { holder: other, expired: true, job: 'finished' }, 'taken-over'],
  ['another run, expired, still running', { holder: other, expired: true, job: 'running' }, 'wait'],
  ['another run, expired, unknown counts as alive', { holder: other, expired: true, job: 'unknown' }, 'wait'],
  [
    'another run, expired, takeover expired',
    { holder: other, expired: true, takeover: 'expired' },
    'taken-over',
  ],
  ['another run, finished but not expired: it may still write', { holder: other, job: 'finished' }, 'wait'],

  ['an earlier attempt, alive', { holder: earlierAttempt }, 'wait'],
  ['an earlier attempt, expired', { holder: earlierAttempt, expired: true }, 'taken-over'],
  ['a later attempt, expired', { holder: { ...earlierAttempt, attempt: 3 }, expired: true }, 'ask'],
  [
    'the same run number in another repository',
    { holder: { ...earlierAttempt, repository: 'a/b' }, expired: true },
    'ask',
  ],

  ['an earlier step of this job, its process gone', { holder: earlierStep }, 'taken-over'],
  ['an earlier step of this job, still working', { holder: earlierStep, processAlive: true }, 'wait'],
  ['another job of this attempt, its process gone', { holder: { ...earlierStep, job: '8' } }, 'wait'],
  [
    'this job on another machine: its processes are not ours to see',
    { holder: { ...earlierStep, runner: 'r2' } },
    'wait',
  ],

  ['a text that is not ours', { holder: 'unreadable', expired: true }, 'wait'],
  [
    'a text that is not ours, takeover expired',
    { holder: 'unreadable', expired: true, takeover: 'expired' },
    'taken-over',
  ],

  ['nobody, but a rollback has asked to be next', { promised: true }, 'next'],
  ['the dead, but a rollback has asked to be next', { holder: earlierStep, promised: true }, 'next'],
  ['another run, alive, and a rollback has asked to be next', { holder: other, promised: true }, 'wait'],
  ['us already, whoever has asked to be next', { holder: me, promised: true }, 'ours'],
  ['nobody: another rollback has asked as well', { purpose: 'rollback', promised: true }, 'free'],
  ['nobody: post brings to its end what has begun', { purpose: 'finish', promised: true }, 'free'],
];

test.each(cases)('held by %s', (_, facts, kind) => {
  const decision = decideLock({
    me,
    purpose: 'deploy',
    promised: false,
    holder: undefined,
    expired: false,
    processAlive: false,
    takeover: 'proven',
    ...facts,
  });
  const { kind: decided } = decision;
  const inShort =
    decided === 'take' ? decision.got.kind : decided === 'wait' && decision.for === 'next' ? 'next' : decided;
  expect(inShort).toBe(kind);
});

test('a mark survives its text; what others write there is none', () => {
  const at = Date.parse('2026-01-01T00:00:00.000Z');
  const mark = parseMark(markText({ ...me, job: 'deploy@rack/1 (old)' }, at));
  expect(mark).toMatchObject({ holder: { run: '42', job: 'deploy@rack/1 (old)', nonce: 'mine' }, at });
  for (const text of ['', 'rollback', 'rollback me now', `deploy ${holderText(me)} 2026-01-01T00:00:00Z`])
    expect(parseMark(text)).toBeUndefined();
});

test.each([
  ['renewed a moment ago', 1_000, 1_000, false],
  ['a minute by clocks that may differ', 89_000, 6_000, false],
  ['long ago by the clocks', 91_000, 0, true],
  ['renewed in our future, and unchanged before our eyes', -600_000, 60_001, true],
])('expired? %s', (_, sinceRenewal, sinceSeen, expired) => {
  expect(isExpired(sinceRenewal, sinceSeen)).toBe(expired);
});

test('the holder survives its text, whatever the runner is called', () => {
  const odd = { ...me, job: 'deploy@rack/1 (old)' };
  expect(holderText(odd)).toBe('acme/shop/42/2/deploy%40rack%2F1%20(old)/mine');
  expect(parseHolder(holderText(odd), odd.pid, odd.runner)).toEqual(odd);
  expect(parseHolder('node-1_abc', 0, '')).toBeUndefined();
  expect(describeJob(odd)).toBe('acme/shop run 42 attempt 2 job deploy@rack/1 (old)');
});

import { expect, test } from '@jest/globals';
import {
  claimUndo,
  closeUndo,
  isVerified,
  moveTo,
  withVerdict,
} from '../../../lib/domain/record/transitions.ts';
import type { RecordState, RecordVerdict, UndoClaim } from '../../../lib/domain/record/types.ts';
import { actor, record, verdict } from './samples.ts';

const states: readonly RecordState[] = [
  'planned',
  'applied',
  'ready',
  'verified',
  'rejected',
  'rolled-back',
  'abandoned',
];

test.each<[RecordState, readonly RecordState[]]>([
  ['planned', ['applied', 'rejected', 'rolled-back', 'abandoned']],
  ['applied', ['ready', 'rejected', 'rolled-back', 'abandoned']],
  ['ready', ['verified', 'rejected', 'rolled-back', 'abandoned']],
  ['verified', ['ready', 'rejected', 'rolled-back']],
  ['rejected', ['rolled-back']],
  ['rolled-back', []],
  ['abandoned', ['rejected', 'rolled-back']],
])('%s may become %j', (from, allowed) => {
  for (const to of states) {
    const move = (): unknown => moveTo(record(1, { state: from }), to, 'why');
    if (to === from || allowed.includes(to)) expect(move()).toMatchObject({ state: to, reason: 'why' });
    else expect(move).toThrow(`prod/shop#1 is ${from} and cannot become ${to}`);
  }
});

const [pass, fail, unknown] = [
  verdict('smoke', 'pass'),
  verdict('smoke', 'fail'),
  verdict('smoke', 'inconclusive'),
];

test.each<[string, RecordState, readonly string[], readonly RecordVerdict[], boolean]>([
  ['ready, nothing expected', 'ready', [], [], true],
  ['applied only', 'applied', [], [], false],
  ['rejected, whatever passed', 'rejected', [], [pass], false],
  ['expected and missing', 'ready', ['smoke'], [], false],
  ['expected and passed', 'ready', ['smoke'], [pass], true],
  ['expected and failed', 'ready', ['smoke'], [fail], false],
  ['not knowing is no proof', 'ready', ['smoke'], [unknown], false],
  ['another one failed', 'verified', ['load'], [verdict('load', 'pass'), fail], false],
  ['nothing expected, one failed', 'verified', [], [fail], false],
  [
    'repeated by a later attempt of its run',
    'ready',
    ['smoke'],
    [fail, verdict('smoke', 'pass', { attempt: 2 })],
    true,
  ],
  ['repeated within one attempt', 'ready', ['smoke'], [fail, pass], false],
  [
    'passed by another run',
    'ready',
    ['smoke'],
    [fail, verdict('smoke', 'pass', { run: '43', attempt: 2 })],
    false,
  ],
  ['a later attempt failed', 'verified', ['smoke'], [pass, verdict('smoke', 'fail', { attempt: 2 })], false],
])('verified? %s', (_, state, expects, verdicts, verified) => {
  expect(isVerified(record(1, { state, expects, verdicts }))).toBe(verified);
});

test('verdicts move a record between ready and verified, and no other', () => {
  const ready = record(1, { expects: ['smoke', 'load'] });
  const half = withVerdict(ready, pass);
  const verified = withVerdict(half, verdict('load', 'pass'));
  const doubted = withVerdict(verified, verdict('monitor', 'fail'));
  expect([half, verified, doubted].map(({ state }) => state)).toEqual(['ready', 'verified', 'ready']);
  expect(doubted.verdicts).toHaveLength(3);
  expect(ready.verdicts).toHaveLength(0);
  expect(withVerdict(record(1, { state: 'applied' }), pass).state).toBe('applied');
  expect(withVerdict(record(1, { state: 'rejected' }), pass).state).toBe('rejected');
});

const claim = (part: string, more: Partial<UndoClaim> = {}, by = {}): UndoClaim => ({
  by: { ...actor, ...by },
  at: '2026-01-01T00:00:00.000Z',
  part,
  toRevision: 3,
  ...more,
});

test.each<[string, UndoClaim | undefined, UndoClaim, 'claimed' | 'taken']>([
  ['nobody has', undefined, claim('deploy-helm'), 'claimed'],
  ['main was cancelled, its post goes on', claim('deploy-helm'), claim('deploy-helm post'), 'claimed'],
  [
    'a dead attempt is succeeded by the next',
    claim('deploy-helm'),
    claim('deploy-helm', {}, { attempt: 2, job: '9' }),
    'claimed',
  ],
  ['an earlier attempt comes late', claim('deploy-helm', {}, { attempt: 2 }), claim('deploy-helm'), 'taken'],
  ['another job is at it', claim('deploy-helm'), claim('rollback', {}, { job: '8' }), 'taken'],
  ['another run is at it', claim('deploy-helm'), claim('rollback', {}, { run: '43' }), 'taken'],
  ['it is done', claim('deploy-helm', { outcome: 'success' }), claim('rollback'), 'taken'],
  [
    'it did not succeed',
    claim('deploy-helm', { outcome: 'failure' }),
    claim('rollback', {}, { job: '8' }),
    'claimed',
  ],
  [
    'nobody knows',
    claim('deploy-helm', { outcome: 'inconclusive' }),
    claim('rollback', {}, { run: '43' }),
    'claimed',
  ],
])('claiming an undo: %s', (_, held, wanted, kind) => {
  const before = record(1, { state: 'rejected', ...(held && { undo: held }) });
  const claimed = claimUndo(before, wanted);
  expect(claimed).toEqual(
    kind === 'claimed' ? { kind, record: { ...before, undo: wanted } } : { kind, by: held },
  );
});

test('only a successful undo rolls the record back', () => {
  const claimed = record(1, { state: 'rejected', undo: claim('deploy-helm') });
  expect(closeUndo(claimed, 'success', 'ready')).toMatchObject({
    state: 'rolled-back',
    undo: { outcome: 'success' },
  });
  expect(closeUndo(claimed, 'failure', 'stuck')).toMatchObject({
    state: 'rejected',
    undo: { detail: 'stuck' },
  });
  expect(() => closeUndo(record(1), 'success', '')).toThrow('no undo');
});

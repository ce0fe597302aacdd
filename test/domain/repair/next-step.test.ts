import { expect, test } from '@jest/globals';
import type { ReleaseRecord } from '../../../lib/domain/record/types.ts';
import { mayBeRepaired, nextStep, refusalOf } from '../../../lib/domain/repair/next-step.ts';
import type { NextStep } from '../../../lib/domain/repair/next-step.ts';
import { closed } from '../../../lib/domain/repair/truth.ts';
import { asked } from './asked.ts';
import {
  applied,
  cases,
  claim,
  dead,
  first,
  fromDead,
  held,
  installedAt,
  left,
  me,
  rejected,
} from './cases.ts';
import type { Case } from './cases.ts';

const stepIn = (each: Case): NextStep => {
  const revisions = held(each.revisions);
  const [newest] = revisions;
  return nextStep({
    records: [...each.records, first],
    revisions,
    newest: newest && {
      revision: newest.revision,
      description: each.description ?? '',
      installedAt: each.installed ?? installedAt,
    },
    me,
    got: fromDead,
    takeover: 'proven',
    ...each.facts,
  });
};

function inWords(step: NextStep): string {
  if (step.kind === 'nothing') return 'nothing';
  if (step.kind === 'ask') return `ask: run ${step.job.run}`;
  if (step.kind === 'refuse')
    return [
      `refuse: revision ${step.stuck.revision}`,
      ...(step.writer ? [`run ${step.writer.run}`] : []),
    ].join(', ');
  const { truth, dues, claimed } = step;
  const restored = truth?.restored === undefined ? '' : `, ${truth.restored} deployed`;
  const told = truth === undefined ? [] : [`${truth.failed} failed${restored}`];
  const records = dues.map((due) => {
    const now = closed(due.record, due);
    const known = due.owed.kind === 'release' ? ` as revision ${now.revision}` : '';
    const made = now.undo?.revision === undefined ? '' : ` as revision ${now.undo.revision}`;
    const undo = due.owed.kind === 'undo' ? `; undo ${now.undo?.outcome}${made}` : '';
    return `#${now.seq} ${now.state}${known}: ${short(now.reason)}${undo}`;
  });
  return `${claimed ? 'claimed: ' : ''}${[...told, ...records].join('; ')}`;
}

const short = (reason = ''): string =>
  reason.replaceAll(/acme\/shop run (\d+) attempt \d job \d+ ended/g, 'run $1');

test.each([...cases, ...asked].map((each) => [each.name, each] as const))('%s', (_, each) => {
  expect(inWords(stepIn(each))).toBe(each.expected);
});

test('Helm is told the reason that is nearest to the facts', () => {
  const reasonOf = (record: ReleaseRecord, revisions: string): string | undefined => {
    const step = stepIn({ name: '', records: [record], revisions, expected: '' });
    return step.kind === 'repair' ? step.truth?.reason : undefined;
  };
  const ended = 'acme/shop run 41 attempt 1 job 7 ended';
  const halfWay = '1 deployed, 2 pending-upgrade';
  expect(reasonOf(left('planned'), halfWay)).toBe(`${ended} before the release was proven`);
  expect(reasonOf(rejected(), '1 superseded, 2 deployed')).toBe('it crashes');
  const inUndo = rejected({ undo: claim });
  expect(reasonOf(inUndo, '1 deployed, 2 failed, 3 pending-rollback')).toBe(`${ended} before its undo did`);
});

test.each<[string, readonly ReleaseRecord[], boolean]>([
  ['its record has just been opened', [left('planned')], true],
  ['its run has meanwhile finished', [applied({ state: 'ready' })], true],
  [
    'an undo has meanwhile finished',
    [rejected({ undo: { ...claim, revision: 2, outcome: 'success' }, revision: 1 })],
    true,
  ],
  ['there are none', [], false],
  ['what they speak of is older', [first], false],
  ['what they speak of is to come', [left('planned', { after: 2 })], false],
])('pending: whether it is worth waiting for the lock: %s', (_, records, worth) => {
  expect(mayBeRepaired({ revision: 2, status: 'pending-upgrade' }, records)).toBe(worth);
});

test.each([
  ['pending-upgrade', undefined, 'one is still running', 'helm rollback shop -n prod'],
  ['pending-install', undefined, 'one is still running', 'helm uninstall shop -n prod'],
  ['pending-upgrade', dead, 'acme/shop run 41 attempt 1 job 7 was at it', 'lock-takeover: expired'],
])('a refusal names the way out: %s', (status, writer, why, remedy) => {
  expect(refusalOf({ name: 'shop', namespace: 'prod' }, { revision: 2, status }, writer)).toMatchObject({
    message: expect.stringContaining(why),
    remedy: expect.stringContaining(remedy),
  });
});

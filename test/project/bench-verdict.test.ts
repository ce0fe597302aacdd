import { describe, expect, test } from '@jest/globals';
import { cases, fewCases } from '../../bench/verdict/cases.ts';
import { callWith } from '../../bench/verdict/curve.ts';
import { curveTable, goalsOf, tablesOf } from '../../bench/verdict/figures.ts';
import { ended, event, refused, unready, waits } from '../../bench/verdict/proofs.ts';
import type { Round } from '../../bench/verdict/round.ts';
import { scoreOf } from '../../bench/verdict/score.ts';
import type { Told } from '../../bench/verdict/sighting.ts';
import { rules } from '../../lib/domain/verdict/rules/rules.ts';
import { web } from '../domain/verdict/rollout.ts';
import { answer, pod, rollOut, see, stopped, up } from '../domain/verdict/rules/scene.ts';

const faults = cases.flatMap(({ id, fault }) => (fault === undefined ? [] : [{ id, ...fault }]));

describe('the cases', () => {
  test('are enough, and each is called something of its own', () => {
    expect(faults.length).toBeGreaterThanOrEqual(24);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(cases.map(({ id }) => id)).toEqual(expect.arrayContaining([...fewCases]));
  });

  test('installs and upgrades are mixed', () => {
    const upgrades = faults.filter(({ base }) => base !== undefined).length;
    expect(upgrades).toBeGreaterThanOrEqual(8);
    expect(faults.length - upgrades).toBeGreaterThanOrEqual(8);
  });

  test.each(faults.map(({ id, rule }) => [id, rule]))(
    '%s: %s is a rule, or Helm’s own refusal',
    (_, rule) => {
      expect([...rules.map(({ name }) => name), 'HelmRefused']).toContain(rule);
    },
  );

  test('likely ones have a documented grace, or one on top of their own seconds', () => {
    const undocumented = faults.filter(({ rule, grace }) => {
      const known = Object.values(rules.find(({ name }) => name === rule)?.graces ?? {});
      return (
        typeof grace === 'number' &&
        !known.some(({ balanced = -1 }) => [0, 1, 3].includes((grace - balanced) / 1_000))
      );
    });
    expect(undocumented.map(({ id }) => id)).toEqual([]);
  });

  test('twins recover inside the grace', () => {
    const late = cases.filter(
      ({ fault, twin: { recovery } }) =>
        typeof fault?.grace === 'number' && recovery !== undefined && recovery.after >= fault.grace,
    );
    expect(late.map(({ id }) => id)).toEqual([]);
  });
});

const told = (rest: Partial<Told>): Told => ({
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop' },
  ...rest,
});
const podWith = (...containerStatuses: object[]): Told => told({ status: { containerStatuses } });
const over = { terminated: { exitCode: 1 } };

describe('the first report of a fault', () => {
  test.each([
    ['once, and it runs again', podWith({ restartCount: 1, state: { running: {} }, lastState: over }), 1],
    ['once, and it is over now', podWith({ restartCount: 0, state: over }), 1],
    ['twice, and it backs off', podWith({ restartCount: 1, state: { waiting: {} }, lastState: over }), 2],
    ['never', podWith({ restartCount: 0, state: { waiting: {} } }), 0],
  ])('a container has ended %s', (_, state, times) => {
    expect(ended(times)(state)).toBe(true);
    expect(ended(times + 1)(state)).toBe(false);
  });

  test('is a reason, an event, a condition', () => {
    const waiting = podWith({ restartCount: 0, state: { waiting: { reason: 'ErrImagePull' } } });
    expect(waits(/^ErrImagePull$/)(waiting)).toBe(true);
    const failed = told({ kind: 'Event', reason: 'FailedCreate', message: 'exceeded quota: tight' });
    expect([event('FailedCreate'), refused(/quota/), refused(/limits/)].map((is) => is(failed))).toEqual([
      true,
      true,
      false,
    ]);
    const running = { restartCount: 0, state: { running: {} }, ready: false };
    expect([true, false].map((started) => unready(podWith({ ...running, started })))).toEqual([true, false]);
  });
});

const round = (rest: Partial<Round>): Round => ({
  case: 'image-absent',
  part: 'fault',
  round: 0,
  helm: 'helm4',
  way: 'upgrade',
  result: 'failure',
  reason: '',
  rule: 'ImageNotPulled',
  cause: 'r.example does not have r.example/shop/service:v1',
  startedAt: 0,
  proofAt: 3_000,
  verdictAt: 4_200,
  endedAt: 6_000,
  curve: [],
  ...rest,
});
const secret = {
  case: 'secret-missing',
  rule: 'MissingObject',
  cause: 'Secret shop/db does not exist',
  verdictAt: 34_000,
  endedAt: 35_000,
};
const twin = { ...secret, part: 'twin', result: 'success', rule: '', cause: '' } as const;

describe('a round', () => {
  test.each([
    ['called', {}],
    ['misnamed', { rule: 'CrashLoop' }],
    ['misnamed', { cause: 'something' }],
    ['missed', { rule: 'NotReadyInTime' }],
    ['missed', { result: 'success', rule: '' }],
    ['recovered', twin],
    ['false call', { ...twin, result: 'failure', rule: 'MissingObject' }],
    ['not ready', { ...twin, result: 'failure', rule: 'NotReadyInTime' }],
    ['not ready', { ...twin, result: 'inconclusive' }],
    ['broken', { trouble: 'no sandbox' }],
  ])('is %s: %j', (score, rest) => {
    expect(scoreOf(round(rest))).toBe(score);
  });
});

test('what longer graces would have called is told from what was recorded', () => {
  const probe = { kind: 'object', subject: 'Secret shop/db' } as const;
  const lacking = pod(stopped('CreateContainerConfigError', 'secret "db" not found'));
  const late = rollOut(see(2, lacking), answer(3, probe, 'absent'), up(50));
  const expectation = { gated: [web], deadline: 600_000, timeout: 600_000, failFast: 'off' } as const;
  const calls = [0.5, 1, 2].map((factor) => callWith(factor, expectation, late));
  expect(calls.map(({ outcome, at }) => `${outcome} ${at / 1_000}`)).toEqual([
    'fail 17',
    'fail 32',
    'pass 50',
  ]);
});

describe('figures', () => {
  const rounds = [round({}), round({ verdictAt: 5_000 }), round(secret), round(twin)];
  const measured = (all: readonly Round[]) =>
    Object.fromEntries(goalsOf(all).map(({ id, measured: value }) => [id.replace('verdict/', ''), value]));

  test('a terminal fault counts from its proof, a likely one from the end of its grace', () => {
    expect(measured(rounds)).toMatchObject({
      'terminal/median': 1.6,
      'likely/over-grace': 1,
      'likely/early': 0,
      missed: 0,
    });
  });

  test('a likely one that is called before the end of its grace falls short', () => {
    expect(measured([round({ ...secret, verdictAt: 28_000 })])).toMatchObject({ 'likely/early': 5 });
  });

  test('what was called by another name has no delay, and is a goal missed', () => {
    const wrong = [...rounds, round({ rule: 'CrashLoop', verdictAt: 99_000 })];
    expect(measured(wrong)).toMatchObject({ 'terminal/median': 1.6, misnamed: 1 });
    expect(tablesOf(wrong).join('\n')).toContain('Not as they should be');
  });

  test('twins that recover too late are for the curve alone', () => {
    const call = (factor: number) => ({ factor, outcome: 'fail', at: 33_000 }) as const;
    const late = round({
      ...twin,
      result: 'failure',
      late: 1.5,
      curve: [call(1), { ...call(2), outcome: 'pass' }],
    });
    expect(measured([...rounds, late])).toEqual({ ...measured(rounds) });
    expect(curveTable(rounds)).toEqual([]);
    expect(curveTable([...rounds, late]).join()).toMatch(/× 1 .*1 of 1/);
  });
});

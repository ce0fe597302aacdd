import { describe, expect, test } from '@jest/globals';
import { Sightings, sightingOf } from '../../bench/kit/availability.ts';
import type { Deployment } from '../../bench/kit/availability.ts';
import { goalsOf, tablesOf } from '../../bench/rollout/figures.ts';
import type { Counted } from '../../bench/rollout/round.ts';
import { pauseOf } from '../../bench/kit/beat.ts';
import { holdOf } from '../../bench/rollout/shape.ts';

const counts = (replicas: number, updatedReplicas: number, availableReplicas: number) => ({
  replicas,
  updatedReplicas,
  availableReplicas,
});
const deployment = (status: Deployment['status'], name = 'web'): Deployment => ({
  metadata: { name, namespace: 'shop', generation: 2 },
  spec: { replicas: 2, template: { metadata: { annotations: { 'sandbox/stamp': 'new' } } } },
  ...(status === undefined ? {} : { status: { observedGeneration: 2, ...status } }),
});

describe('the truth clock', () => {
  test.each([
    ['all there', counts(2, 2, 2), true],
    ['one of the old is left', counts(3, 2, 2), false],
    ['one is not updated', counts(2, 1, 2), false],
    ['one is not available', counts(2, 2, 1), false],
    ['its controller has not looked', { ...counts(2, 2, 2), observedGeneration: 1 }, false],
    ['it has no status yet', undefined, false],
  ])('available or not: %s', (_, status, available) => {
    expect(sightingOf(deployment(status), 5)).toEqual({
      namespace: 'shop',
      name: 'web',
      stamp: 'new',
      available,
      at: 5,
    });
  });

  test('the last of all became available when it first was, with this change', () => {
    const seen = new Sightings();
    const see = (name: string, at: number, available: boolean, stamp = 'new'): void =>
      seen.add({ namespace: 'shop', name, stamp, available, at });
    see('a', 1, true, 'old');
    see('b', 1, true, 'old');
    see('a', 2, true);
    expect(seen.lastAvailable('shop', 'new', 2)).toBeUndefined();
    see('b', 3, false);
    see('b', 7, true);
    see('b', 9, true); // another change of its status
    expect(seen.lastAvailable('shop', 'new', 2)).toBe(7);
    expect(seen.lastAvailable('elsewhere', 'new', 1)).toBeUndefined();
    expect(seen.changedAt('shop', 'new')).toBe(2);
    expect(seen.changedAt('shop', 'never')).toBeNaN();
    see('b', 11, false);
    expect(seen.lastAvailable('shop', 'new', 2)).toBeUndefined();
  });
});

test('the rounds of one workload are spread over the two seconds between two looks of helm', () => {
  const one = { workloads: 1, replicas: 2 };
  const spread = Array.from({ length: 40 }, (_, round) => holdOf(round, one) - pauseOf(round) + 1_000);
  const inEachQuarter = [0, 500, 1_000, 1_500].map(
    (from) => spread.filter((phase) => phase > from && phase <= from + 500).length,
  );
  expect(inEachQuarter.reduce((sum, count) => sum + count)).toBe(40);
  for (const count of inEachQuarter) expect(Math.abs(count - 10)).toBeLessThanOrEqual(2);
  expect(holdOf(3, { workloads: 20, replicas: 1 })).toBe(0);
});

describe('figures', () => {
  const round = (tool: string, step: number, lag: number, verdict?: number): Counted => ({
    tool,
    workloads: 1,
    round: 0,
    startedAt: 0,
    availableAt: step - lag,
    endedAt: step,
    ...(verdict === undefined ? {} : { verdictAt: step - lag + verdict }),
    cpuSeconds: 0.5,
    peakMegabytes: 60,
    requests: [
      { user: 'u', client: 'Helm/4', verb: 'list', resource: 'secrets', at: 1 },
      { user: 'u', client: 'Helm/4', verb: 'get', resource: '/version', at: 1 },
    ],
  });
  const rounds = [
    round('helm3', 4_000, 1_000),
    round('helm4-watcher', 3_000, 200),
    round('ours-helm3', 3_000, 100, 10),
    round('ours-helm4', 4_500, 500, 120),
  ];

  test('goals', () => {
    const measured = goalsOf(rounds).map(({ id, measured, bound, unit }) => [
      id.replace('rollout/', ''),
      Number(measured.toFixed(3)),
      bound,
      unit,
    ]);
    expect(measured).toEqual([
      ['verdict/1/ours-helm3', 0.01, 0.1, 's'],
      ['exit/1/ours-helm3', 0.1, 0.4, 's'],
      ['verdict/1/ours-helm4', 0.12, 0.1, 's'],
      ['exit/1/ours-helm4', 0.5, 0.4, 's'],
      ['step/1/ours-helm3-against-helm3', 0.75, 1, '×'],
      ['step/1/ours-helm4-against-helm3', 1.125, 1, '×'],
      ['step/1/ours-helm4-against-helm4-watcher', 1.5, 1, 's more'],
    ]);
  });

  test('tables', () => {
    const [times = '', requests = ''] = tablesOf(rounds);
    expect(times).toMatch(
      /\| deploy-helm, Helm 3 +\| 1 \| +0\.01 \/ 0\.01 \| +0\.10 \/ 0\.10 \| +3\.00 \/ 3\.00 \|/,
    );
    expect(requests).toMatch(/\| Helm 3 --wait: Helm\/4 +\| +0 \| +1 \| +0 \| +0 \| +1 \|/);
  });
});

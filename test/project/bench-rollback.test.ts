import { expect, test } from '@jest/globals';
import { orAborted } from '../../bench/kit/or-aborted.ts';
import { goalsOf, tablesOf } from '../../bench/rollback/figures.ts';
import type { Counted } from '../../bench/rollback/round.ts';
import type { LoadReport } from '../../sandbox/demo/load.ts';

/** Seconds from the start of one round. */
const round = (
  tool: string,
  [decided, changed, available, ended]: readonly [number, number, number, number],
): Counted => ({
  tool,
  round: 0,
  startedAt: 0,
  decidedAt: decided * 1_000,
  changedAt: changed * 1_000,
  availableAt: available * 1_000,
  endedAt: ended * 1_000,
  cpuSeconds: 0.5,
  peakMegabytes: 60,
  requests: [],
});
const load = (lost: number): LoadReport => ({
  sent: 1_000,
  lost,
  slow: 0,
  again: 0,
  causes: lost === 0 ? {} : { ECONNRESET: lost },
  latency: { p50: 1, p99: 4, max: 9 },
  seconds: [],
  startedAt: 0,
  endedAt: 50_000,
});
const rounds = [round('helm4', [0, 0.2, 1.8, 2]), round('ours', [0.5, 0.9, 2.4, 2.6])];
const loads = { helm4: load(0), ours: load(3) };

test('our way back is held against the whole of helm’s, from when it was decided', () => {
  expect(goalsOf(rounds, loads)).toEqual([
    { id: 'rollback/step', measured: 1.05, bound: 1.1, unit: '×' },
    { id: 'rollback/lost', measured: 3, bound: 0, unit: 'requests' },
  ]);
});

test('its parts are told apart, and what each client lost is said', () => {
  const [times = '', costs = ''] = tablesOf(rounds, loads);
  const figures = ['0.50', '0.40', '1.50', '0.20', '2.10', '2.60'].map((each) => `${each} / ${each}`);
  expect(times.replaceAll(/ +/g, ' ')).toContain(`| rollback, Helm 4 | 1 | ${figures.join(' | ')} |`);
  expect(costs).toMatch(/\| rollback, Helm 4 .*\| +1000 \| +3 \|.*3 × ECONNRESET/);
});

test('what is aborted is not waited for, and says why', async () => {
  const stop = new AbortController();
  const never = orAborted(new Promise<never>(() => {}), stop.signal);
  stop.abort(new Error('interrupted'));
  await expect(never).rejects.toThrow('interrupted');
  await expect(orAborted(Promise.resolve(1), stop.signal)).rejects.toThrow('interrupted');
  await expect(orAborted(Promise.resolve(1), new AbortController().signal)).resolves.toBe(1);
});

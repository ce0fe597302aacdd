/** From rounds to tables and goals. Pure. */
import type { Milliseconds } from '../../lib/domain/duration.ts';
import { figure, markdownTable, median, percentile } from '../table.ts';
import type { Goal } from '../table.ts';
import type { CostRound } from './cost.ts';
import type { DelayRound } from './delay.ts';
import { checkCount, lanes } from './lanes.ts';

const cpuBound = 1.2;
const delayAllowance: Milliseconds = 50;

const spread = (values: readonly number[], digits: number): string =>
  `${median(values).toFixed(digits)} / ${percentile(values, 95).toFixed(digits)}`;

/**
 * Of one lane to another, round by round: the two stood side by side in it. A single CPU time is a multiple of 10 ms,
 * a twentieth of what is measured; the ratio of two medians would be one of very few numbers.
 */
function cpuRatios(of: string, to: string, rounds: readonly CostRound[]): number[] {
  const cpu = new Map(rounds.map(({ lane, round, cpuSeconds }) => [`${lane} ${round}`, cpuSeconds]));
  return rounds
    .filter(({ lane }) => lane === of)
    .map(({ round, cpuSeconds }) => cpuSeconds / (cpu.get(`${to} ${round}`) ?? Number.NaN));
}

export function costTable(rounds: readonly CostRound[]): string {
  const rows = lanes.flatMap(({ id, name }) => {
    const own = rounds.filter(({ lane }) => lane === id);
    if (own.length === 0) return [];
    const cpu = own.map(({ cpuSeconds }) => cpuSeconds);
    return [
      [
        name,
        String(own.length),
        spread(cpu, 2),
        figure(median(cpuRatios(id, 'fetch', rounds))),
        spread(
          own.map(({ wallSeconds }) => wallSeconds),
          2,
        ),
        spread(
          own.map(({ peakMegabytes }) => peakMegabytes),
          0,
        ),
        String(median(own.map(({ connections }) => connections))),
      ],
      ...postRow(name, own),
    ];
  });
  const what = `${checkCount} HTTP checks; median / p95`;
  return markdownTable([what, 'n', 'CPU s', '× fetch', 'wall s', 'peak MB', 'connections'], rows);
}

function postRow(name: string, own: readonly CostRound[]): string[][] {
  const post = own.flatMap(({ postCpuSeconds }) => postCpuSeconds ?? []);
  if (post.length === 0) return [];
  return [[`${name}, its post at the end of the job`, String(post.length), spread(post, 2), '', '', '', '']];
}

type Times = (round: DelayRound) => Milliseconds;

const toQuestion: Times = ({ healthyAt, answeredAt }) => answeredAt - healthyAt;
const toVerdict: Times = ({ healthyAt, verdictAt }) => verdictAt - healthyAt;
const toExit: Times = ({ healthyAt, endedAt }) => endedAt - healthyAt;

const columns: readonly (readonly [string, Times])[] = [
  ['→ asked', toQuestion],
  ['→ verdict', toVerdict],
  ['→ exit', toExit],
];

export function delayTable(rounds: readonly DelayRound[]): string {
  const rows = [...Map.groupBy(rounds, ({ interval }) => interval)].map(([interval, own]) => [
    `every ${interval} ms`,
    String(own.length),
    ...columns.map(([, what]) => {
      const values = own.map(what);
      return `${spread(values, 0)} / ${Math.max(...values)}`;
    }),
  ]);
  const head = ['from healthy; ms, median / p95 / most', 'n', ...columns.map(([name]) => name)];
  return markdownTable(head, rows);
}

export function goalsOf(costs: readonly CostRound[], delays: readonly DelayRound[]): Goal[] {
  const detection = [...Map.groupBy(delays, ({ interval }) => interval)].flatMap(([interval, own]) => {
    const shared = { bound: interval + delayAllowance, unit: 'ms' };
    return [
      { id: `smoke/verdict/${interval}ms`, measured: percentile(own.map(toVerdict), 95), ...shared },
      { id: `smoke/exit/${interval}ms`, measured: percentile(own.map(toExit), 95), ...shared },
    ];
  });
  const cpu = median(cpuRatios('ours', 'fetch', costs));
  return [{ id: 'smoke/cpu', measured: cpu, bound: cpuBound, unit: '× fetch' }, ...detection];
}

/** From rounds to tables and goals. Pure. */
import type { LoadReport } from '../../sandbox/demo/load.ts';
import { figure, markdownTable, median, percentile } from '../table.ts';
import type { Goal } from '../table.ts';
import type { Counted } from './round.ts';
import { tools } from './tools.ts';

const stepBound = 1.1;

/** What the client of each tool's service saw, by tool. */
export type Loads = Readonly<Record<string, LoadReport>>;

type Times = (round: Counted) => number;

const between =
  (from: keyof Counted & `${string}At`, to: keyof Counted & `${string}At`): Times =>
  (round) =>
    (round[to] - round[from]) / 1_000;

const decide = between('startedAt', 'decidedAt');
const apply = between('decidedAt', 'changedAt');
const ready = between('changedAt', 'availableAt');
const tell = between('availableAt', 'endedAt');
/** Apply and ready, until the tool says so: what `helm rollback --wait` does in all. */
const goBack = between('decidedAt', 'endedAt');
const whole = between('startedAt', 'endedAt');

const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(2)} / ${percentile(values, 95).toFixed(2)}`;

const of = (tool: string, rounds: readonly Counted[]): Counted[] =>
  rounds.filter((round) => round.tool === tool);

export function tablesOf(rounds: readonly Counted[], loads: Loads): string[] {
  const columns: readonly (readonly [string, Times])[] = [
    ['decide', decide],
    ['apply', apply],
    ['ready', ready],
    ['→ exit', tell],
    ['apply + ready → exit', goBack],
    ['whole', whole],
  ];
  const measured = tools.filter(({ id }) => of(id, rounds).length > 0);
  const times = measured.map(({ id, name }) => {
    const own = of(id, rounds);
    return [name, String(own.length), ...columns.map(([, what]) => spread(own.map(what)))];
  });
  const costs = measured.map(({ id, name }) => {
    const own = of(id, rounds);
    const { sent = 0, lost = 0, slow = 0, again = 0, latency, causes = {} } = loads[id] ?? {};
    return [
      name,
      median(own.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2),
      Math.max(...own.map(({ peakMegabytes }) => peakMegabytes)).toFixed(0),
      median(own.map(({ requests }) => requests.length)).toFixed(0),
      String(sent),
      String(lost),
      String(slow),
      String(again),
      figure(latency?.p99 ?? Number.NaN),
      Object.entries(causes)
        .map(([cause, count]) => `${count} × ${cause}`)
        .join(', '),
    ];
  });
  return [
    markdownTable(['way back; seconds, median / p95', 'n', ...columns.map(([name]) => name)], times),
    markdownTable(
      ['cost', 'CPU s', 'peak MB', 'API requests', 'sent', 'lost', 'slow', 'again', 'p99 ms', 'why lost'],
      costs,
    ),
  ];
}

export function goalsOf(rounds: readonly Counted[], loads: Loads): Goal[] {
  const [ours, theirs] = [of('ours', rounds).map(goBack), of('helm4', rounds).map(goBack)];
  return [
    { id: 'rollback/step', measured: median(ours) / median(theirs), bound: stepBound, unit: '×' },
    { id: 'rollback/lost', measured: loads['ours']?.lost ?? Number.NaN, bound: 0, unit: 'requests' },
  ];
}

import { figure, markdownTable, median, percentile } from '../table.ts';
import type { Goal } from '../table.ts';
import type { Turn } from './round.ts';
import { ways } from './ways.ts';
import type { Way } from './ways.ts';

const of = (turns: readonly Turn[], way: Way['id'], megabytes: number): Turn[] =>
  turns.filter((turn) => turn.way === way && turn.megabytes === megabytes);

/** One against another in the same round: a busy moment of the machine hits both alike. */
function ratio(turns: readonly Turn[], megabytes: number, way: Way['id'], other: Way['id']): number {
  const theirs = new Map(of(turns, other, megabytes).map((turn) => [turn.round, turn.wallSeconds]));
  const ratios = of(turns, way, megabytes).flatMap(({ round, wallSeconds }) => {
    const against = theirs.get(round);
    return against === undefined ? [] : [wallSeconds / against];
  });
  return median(ratios);
}

const mediansOf = (turns: readonly Turn[], way: Way['id'], megabytes: number) => {
  const own = of(turns, way, megabytes);
  const middle = (value: (turn: Turn) => number): number => median(own.map(value));
  return {
    cpu: middle((turn) => turn.cpuSeconds),
    database: middle((turn) => turn.databaseCpuSeconds),
    store: middle((turn) => turn.storeCpuSeconds),
    scratch: middle((turn) => turn.scratchCpuSeconds),
  };
};

/** All that a way makes the machine compute, in seconds. */
const workOf = (turns: readonly Turn[], way: Way['id'], megabytes: number): number =>
  Object.values(mediansOf(turns, way, megabytes)).reduce((sum, each) => sum + each, 0);

export interface Asked {
  readonly megabytes: number;
  /** Whether memory was measured at several sizes. */
  readonly curve: boolean;
}

export function goalsOf(turns: readonly Turn[], { megabytes, curve }: Asked): Goal[] {
  const reason = (way: Way['id'], other: Way['id']): string =>
    `it is ${figure(workOf(turns, way, megabytes))} s of CPU with all servers, theirs ${figure(workOf(turns, other, megabytes))} s`;
  const goal = (way: Way['id'], other: Way['id'], bound: number): Goal => ({
    id: `backup/${way}/${other}`,
    measured: ratio(turns, megabytes, way, other),
    bound,
    unit: `× ${other}`,
    reason: reason(way, other),
  });
  const goals = [
    goal('counts', 'zstd', 1.25),
    goal('rows', 'zstd', 1.25),
    // Three times the throughput.
    goal('counts', 'gzip', 1 / 3),
    goal('rows', 'gzip', 1 / 3),
    goal('restored', 'gzip', 1),
  ];
  const ours = turns.filter(({ way }) => ['counts', 'rows', 'restored'].includes(way));
  const peak = { id: 'backup/memory', measured: most(ours), bound: 192, unit: 'MiB' };
  if (!curve) return [...goals, peak];
  const peaks = sizesOf(turns).map((size) => most(of(turns, 'rows', size)));
  const flat = {
    id: 'backup/memory-flat',
    measured: Math.max(...peaks.slice(1)) / (peaks[0] ?? Number.NaN),
    bound: 1.25,
    unit: '× of the smallest',
  };
  return [...goals, peak, flat];
}

const sizesOf = (turns: readonly Turn[]): number[] =>
  [...new Set(turns.filter(({ way }) => way === 'rows').map(({ megabytes }) => megabytes))].sort(
    (a, b) => a - b,
  );

/** In MiB. */
const most = (turns: readonly Turn[]): number =>
  turns.length === 0
    ? Number.NaN
    : (Math.max(...turns.map(({ peakMegabytes }) => peakMegabytes)) * 1e6) / 1024 ** 2;

export const wallTable = (turns: readonly Turn[], megabytes: number): string =>
  markdownTable(
    [
      `${megabytes} MiB of dump`,
      'n',
      'median s',
      'p95 s',
      '÷ zstd',
      '÷ gzip',
      'CPU s',
      'server s',
      'store s',
      'scratch s',
      'peak MiB',
      'stored MB',
    ],
    ways.flatMap(({ id, name }) => {
      const own = of(turns, id, megabytes);
      if (own.length === 0) return [];
      const seconds = own.map(({ wallSeconds }) => wallSeconds);
      const cost = mediansOf(turns, id, megabytes);
      return [
        [
          name,
          String(own.length),
          median(seconds).toFixed(2),
          percentile(seconds, 95).toFixed(2),
          figure(ratio(turns, megabytes, id, 'zstd')),
          figure(ratio(turns, megabytes, id, 'gzip')),
          ...[cost.cpu, cost.database, cost.store, cost.scratch].map((each) => each.toFixed(1)),
          most(own).toFixed(0),
          (median(own.map(({ storedBytes }) => storedBytes)) / 1e6).toFixed(1),
        ],
      ];
    }),
  );

export const curveTable = (turns: readonly Turn[]): string =>
  markdownTable(
    ['ours, every row hashed: MiB of dump', 'n', 'median s', 'MiB/s', 'peak MiB'],
    sizesOf(turns).map((megabytes) => {
      const own = of(turns, 'rows', megabytes);
      const seconds = median(own.map(({ wallSeconds }) => wallSeconds));
      return [
        String(megabytes),
        String(own.length),
        seconds.toFixed(1),
        (megabytes / seconds).toFixed(0),
        most(own).toFixed(0),
      ];
    }),
  );

import { figure, markdownTable, median, percentile } from '../table.ts';
import type { Goal } from '../table.ts';
import { lanes } from './lanes.ts';
import type { Lane } from './lanes.ts';
import type { CountedTurn, TimedTurn } from './round.ts';
import { unavoidable } from './unavoidable.ts';
import { ways } from './ways.ts';
import type { WayId } from './ways.ts';

const wallOf = (turns: readonly TimedTurn[], way: WayId, lane: Lane['id']): TimedTurn[] =>
  turns.filter((turn) => turn.image === 'shop' && turn.way === way && turn.lane === lane);

/** Ours against another in the same round: a busy moment of the machine hits both alike. */
function ratio(turns: readonly TimedTurn[], way: WayId, other: Lane['id']): number {
  const theirs = new Map(wallOf(turns, way, other).map((turn) => [turn.round, turn.wallSeconds]));
  const ratios = wallOf(turns, way, 'ours').flatMap(({ round, wallSeconds }) => {
    const against = theirs.get(round);
    return against === undefined ? [] : [wallSeconds / against];
  });
  return median(ratios);
}

/** `emptyScripts`: seconds that node takes to do nothing, one per round. */
export function goalsOf(
  turns: readonly TimedTurn[],
  counted: readonly CountedTurn[],
  emptyScripts: readonly number[],
): Goal[] {
  const reason = (way: WayId, other: Lane['id']): string =>
    unavoidable(emptyScripts, medianOf(wallOf(turns, way, other)));
  const ours = <Turn extends { lane: Lane['id'] }>(all: readonly Turn[]): Turn[] =>
    all.filter(({ lane }) => lane === 'ours');
  const within = ours(counted).filter(({ way }) => way !== 'cross-registry');
  const heavy = ours(turns).filter(({ image }) => image === 'heavy');
  const changed = [...ours(turns), ...ours(counted)].filter(({ sameDigest }) => !sameDigest).length;
  return [
    ...ways.map((way) => ({
      id: `images/${way}/docker`,
      measured: ratio(turns, way, 'docker'),
      bound: way === 'cross-registry' ? 0.35 : 0.15,
      unit: '× pull/tag/push',
      reason: reason(way, 'docker'),
    })),
    ...ways.map((way) => ({
      id: `images/${way}/crane`,
      measured: ratio(turns, way, 'crane'),
      bound: 1.15,
      unit: '× crane',
      reason: reason(way, 'crane'),
    })),
    {
      id: 'images/rss',
      measured: most(heavy.map(({ peakMegabytes }) => peakMegabytes)),
      bound: 120,
      unit: 'MB',
    },
    { id: 'images/digest', measured: changed, bound: 0, unit: 'changed' },
    { id: 'images/moved-within', measured: most(within.map(layerBytes)), bound: 0, unit: 'MB' },
  ];
}

const medianOf = (turns: readonly TimedTurn[]): number => median(turns.map(({ wallSeconds }) => wallSeconds));

const most = (values: readonly number[]): number => (values.length === 0 ? Number.NaN : Math.max(...values));

/** Megabytes of layers; a config of some hundred bytes is read for its labels. */
const layerBytes = ({ blobBytes }: CountedTurn): number => (blobBytes < 10_000 ? 0 : blobBytes / 1e6);

export function wallTable(turns: readonly TimedTurn[]): string {
  return markdownTable(
    [
      '100 MB in five layers',
      'n',
      'median s',
      'p95 s',
      '÷ docker',
      '÷ crane',
      '÷ its script',
      'peak MB',
      'same digest',
    ],
    ways.flatMap((way) =>
      lanes.map(({ id, name }) => {
        const own = wallOf(turns, way, id);
        const seconds = own.map(({ wallSeconds }) => wallSeconds);
        const against = (other: Lane['id']): string =>
          figure(median(seconds) / medianOf(wallOf(turns, way, other)));
        return [
          `${way}: ${name}`,
          String(own.length),
          median(seconds).toFixed(3),
          percentile(seconds, 95).toFixed(3),
          against('docker'),
          against('crane'),
          against('crane-checked'),
          most(own.map(({ peakMegabytes }) => peakMegabytes)).toFixed(0),
          own.every(({ sameDigest }) => sameDigest) ? 'yes' : 'no',
        ];
      }),
    ),
  );
}

export const bytesTable = (counted: readonly CountedTurn[]): string =>
  markdownTable(
    ['over the network', 'requests', 'MB of blobs', 'kB of the rest', 'same digest'],
    counted.map(({ way, lane, requests, blobBytes, allBytes, sameDigest }) => [
      `${way}: ${lanes.find(({ id }) => id === lane)?.name}`,
      String(requests),
      (blobBytes / 1e6).toFixed(1),
      ((allBytes - blobBytes) / 1e3).toFixed(1),
      sameDigest ? 'yes' : 'no',
    ]),
  );

export function heavyTable(turns: readonly TimedTurn[]): string {
  const heavy = turns.filter(({ image }) => image === 'heavy');
  return markdownTable(
    ['1 GB in one layer, to another registry', 'n', 'median s', '÷ crane', 'peak MB'],
    lanes.flatMap(({ id, name }) => {
      const own = heavy.filter(({ lane }) => lane === id);
      if (own.length === 0) return [];
      const seconds = medianOf(own);
      return [
        [
          name,
          String(own.length),
          seconds.toFixed(2),
          figure(seconds / medianOf(heavy.filter(({ lane }) => lane === 'crane'))),
          most(own.map(({ peakMegabytes }) => peakMegabytes)).toFixed(0),
        ],
      ];
    }),
  );
}

/** How long another run's write of the same tag would go unseen until it is read back. */
export function windowTable(turns: readonly TimedTurn[]): string {
  const windows = turns.flatMap(({ windowMs }) => windowMs ?? []);
  return markdownTable(
    ['the window between check and write, ms', 'n', 'median', 'p95', 'most'],
    [
      [
        'promote',
        String(windows.length),
        figure(median(windows)),
        figure(percentile(windows, 95)),
        figure(most(windows)),
      ],
    ],
  );
}

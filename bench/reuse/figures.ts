/** From turns to a table and goals. Pure. */
import { markdownTable, median, percentile } from '../table.ts';
import type { Goal } from '../table.ts';
import { lanes } from './lanes.ts';
import type { Lane } from './lanes.ts';
import type { CountedTurn, TimedTurn, Turn } from './round.ts';

const ofLane = <T extends Turn>(turns: readonly T[], lane: Lane['id']): T[] =>
  turns.filter((turn) => turn.lane === lane);

/** Ours against another in the same round: a busy moment of the machine hits both alike. */
function ratio(turns: readonly TimedTurn[], other: Lane['id']): number {
  const theirs = new Map(ofLane(turns, other).map(({ round, wallSeconds }) => [round, wallSeconds]));
  return median(
    ofLane(turns, 'ours').map(({ round, wallSeconds }) => wallSeconds / (theirs.get(round) ?? Number.NaN)),
  );
}

/** How many images one source has become; NaN of none. */
const imagesOf = (turns: readonly Turn[]): number =>
  turns.length === 0 ? Number.NaN : new Set(turns.map(({ digest }) => digest)).size;

export function goalsOf(turns: readonly TimedTurn[], counted: readonly CountedTurn[]): Goal[] {
  const ours = [...ofLane<Turn>(turns, 'ours'), ...ofLane<Turn>(counted, 'ours')];
  return [
    { id: 'reuse/cold', measured: ratio(turns, 'cold'), bound: 0.5, unit: '× cold rebuild' },
    { id: 'reuse/images', measured: imagesOf(ours), bound: 1, unit: 'digests' },
    {
      id: 'reuse/pushed',
      measured: ofLane(counted, 'ours')[0]?.pushedBytes ?? Number.NaN,
      bound: 0,
      unit: 'bytes of layers',
    },
  ];
}

export function reuseTable(turns: readonly TimedTurn[], counted: readonly CountedTurn[]): string {
  const rows = lanes.map(({ id, name }) => {
    const own = ofLane(turns, id);
    const seconds = own.map(({ wallSeconds }) => wallSeconds);
    const through = ofLane(counted, id)[0];
    return [
      name,
      String(own.length),
      median(seconds).toFixed(2),
      percentile(seconds, 95).toFixed(2),
      id === 'ours' ? '1' : ratio(turns, id).toFixed(2),
      ((through?.pushedBytes ?? Number.NaN) / 1e6).toFixed(1),
      String(through?.requests ?? Number.NaN),
      String(imagesOf(own)),
    ];
  });
  const head = [
    'the same source again',
    'n',
    'median s',
    'p95 s',
    'ours ÷ it',
    'MB pushed',
    'requests',
    'digests',
  ];
  return markdownTable(head, rows);
}

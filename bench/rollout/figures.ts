/** From rounds to tables and goals. Pure. */
import { markdownTable, median, percentile } from '../table.ts';
import type { Goal } from '../table.ts';
import { tools } from './tools.ts';
import type { Counted } from './round.ts';

const ours = ['ours-helm3', 'ours-helm4'] as const;

/** Against whom each of ours is held; the bound is on the medians of the whole step. */
const rivals = [
  { us: 'ours-helm3', them: 'helm3', by: 'ratio' },
  { us: 'ours-helm4', them: 'helm3', by: 'ratio' },
  { us: 'ours-helm4', them: 'helm4-watcher', by: 'excess' },
] as const;

const verdictBounds: Readonly<Record<number, number>> = { 1: 0.1, 20: 0.25 };
const exitBound = 0.4;
const stepRatioBound = 1;
const stepExcessBound = 1;

type Times = (round: Counted) => number;

const seconds = (from: number | undefined, to: number | undefined): number =>
  ((to ?? Number.NaN) - (from ?? Number.NaN)) / 1_000;

const toVerdict: Times = ({ availableAt, verdictAt }) => seconds(availableAt, verdictAt);
const toExit: Times = ({ availableAt, endedAt }) => seconds(availableAt, endedAt);
const step: Times = ({ startedAt, endedAt }) => seconds(startedAt, endedAt);

const of = (tool: string, workloads: number, rounds: readonly Counted[]): Counted[] =>
  rounds.filter((round) => round.tool === tool && round.workloads === workloads);

/** The sizes that were measured, smallest first. */
const sizesOf = (rounds: readonly Counted[]): number[] =>
  [...new Set(rounds.map(({ workloads }) => workloads))].sort((a, b) => a - b);

export const tablesOf = (rounds: readonly Counted[]): string[] =>
  sizesOf(rounds).flatMap((workloads) => [timeTable(workloads, rounds), requestTable(workloads, rounds)]);

function timeTable(workloads: number, rounds: readonly Counted[]): string {
  const spread = (own: readonly Counted[], times: Times): string => {
    const values = own.map(times).filter((value) => !Number.isNaN(value));
    return values.length === 0 ? '' : `${median(values).toFixed(2)} / ${percentile(values, 95).toFixed(2)}`;
  };
  const rows = measuredTools(workloads, rounds).map(({ name, own }) => [
    name,
    String(own.length),
    spread(own, toVerdict),
    spread(own, toExit),
    spread(own, step),
    median(own.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2),
    Math.max(...own.map(({ peakMegabytes }) => peakMegabytes)).toFixed(0),
    median(own.map(({ requests }) => requests.length)).toFixed(0),
  ]);
  const head = [
    `${workloads} workload${workloads === 1 ? '' : 's'}; seconds, median / p95`,
    'n',
    'available → verdict',
    'available → exit',
    'whole step',
    'CPU s',
    'peak MB',
    'requests',
  ];
  return markdownTable(head, rows);
}

const kinds = ['get', 'list', 'watch', 'write', 'ask'] as const;

/** `ask` is a review or what the API says of itself; it stores nothing. */
function kindOf({ verb, resource }: { verb: string; resource: string }): (typeof kinds)[number] {
  if (resource.startsWith('/') || resource === 'selfsubjectaccessreviews') return 'ask';
  return verb === 'get' || verb === 'list' || verb === 'watch' ? verb : 'write';
}

function requestTable(workloads: number, rounds: readonly Counted[]): string {
  const rows = measuredTools(workloads, rounds).flatMap(({ name, own }) => {
    const clients = [...new Set(own.flatMap(({ requests }) => requests.map(({ client }) => client)))].sort();
    return clients.map((client) => [
      `${name}: ${client}`,
      ...kinds.map((kind) => {
        const counts = own.map(
          ({ requests }) => requests.filter((each) => each.client === client && kindOf(each) === kind).length,
        );
        return String(median(counts));
      }),
    ]);
  });
  return markdownTable([`requests by client at ${workloads}, median`, ...kinds], rows);
}

const measuredTools = (workloads: number, rounds: readonly Counted[]) =>
  tools.map(({ id, name }) => ({ name, own: of(id, workloads, rounds) })).filter(({ own }) => own.length > 0);

export function goalsOf(rounds: readonly Counted[]): Goal[] {
  return sizesOf(rounds).flatMap((workloads) => {
    const times = (tool: string, what: Times): number[] => of(tool, workloads, rounds).map(what);
    const measured = ours.filter((tool) => times(tool, step).length > 0);
    const waits = measured.flatMap((tool): Goal[] => [
      {
        id: `rollout/verdict/${workloads}/${tool}`,
        measured: percentile(times(tool, toVerdict), 95),
        bound: verdictBounds[workloads] ?? Number.NaN,
        unit: 's',
      },
      {
        id: `rollout/exit/${workloads}/${tool}`,
        measured: percentile(times(tool, toExit), 95),
        bound: exitBound,
        unit: 's',
      },
    ]);
    const steps = rivals
      .filter(({ us, them }) => times(us, step).length > 0 && times(them, step).length > 0)
      .map(({ us, them, by }): Goal => {
        const [own, theirs] = [median(times(us, step)), median(times(them, step))];
        const id = `rollout/step/${workloads}/${us}-against-${them}`;
        return by === 'ratio'
          ? { id, measured: own / theirs, bound: stepRatioBound, unit: '×' }
          : { id, measured: own - theirs, bound: stepExcessBound, unit: 's more' };
      });
    return [...waits, ...steps];
  });
}

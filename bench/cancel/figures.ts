/** What the rounds come to. */
import { markdownTable, percentile } from '../table.ts';
import type { Goal } from '../table.ts';
import type { Anchor } from './anchor.ts';
import { phases, twofold } from './phases.ts';
import { isClean } from './round.ts';
import type { Round } from './round.ts';

const wanted = 130;

export function goalsOf(rounds: readonly Round[], asked = wanted): Goal[] {
  const measured = rounds.filter(({ trouble }) => trouble === undefined);
  const zero = (id: string, isBad: (round: Round) => boolean): Goal => ({
    id: `cancel/${id}`,
    measured: measured.length === 0 ? Number.NaN : measured.filter(isBad).length,
    bound: 0,
    unit: '',
  });
  const shipped = measured.filter(({ next }) => next.result === 'success').length;
  return [
    zero('stuck-releases', ({ stuckRelease }) => stuckRelease !== undefined),
    zero('stuck-locks', ({ stuckLock }) => stuckLock !== undefined),
    zero('double-undos', ({ doubleUndo }) => doubleUndo !== undefined),
    zero('left-behind', ({ left }) => left.length > 0),
    zero('neither-verified-nor-owed', ({ ends }) => ends === 'neither'),
    zero('deployments-in-progress', ({ inProgress }) => inProgress > 0),
    { id: 'cancel/next-deploys-failed', measured: asked - shipped, bound: 0, unit: `of ${asked}` },
  ];
}

const head = [
  'phase',
  'hit',
  'landed in',
  'main ended, p95 s',
  'killed by the runner',
  'stuck releases',
  'stuck locks',
  'double undos',
  'left behind',
  'verified',
  'owed',
  'next deploy',
  'in s, p95',
];

export function tablesOf(rounds: readonly Round[]): string[] {
  const measured = rounds.filter(({ trouble }) => trouble === undefined);
  const rows = [...phases, ...twofold].flatMap(({ id, what }) =>
    (['cancel', 'node', 'tree'] as const).flatMap((blow) => {
      const of = measured.filter((round) => round.phase === id && round.blow === blow);
      return of.length === 0 ? [] : [rowOf(`${what}, ${names[blow]}`, of)];
    }),
  );
  return [markdownTable(head, rows), ...faults(rounds)];
}

const names = { cancel: 'cancel', node: 'SIGKILL of node', tree: 'SIGKILL of all' } as const;

function rowOf(what: string, rounds: readonly Round[]): string[] {
  const count = (fits: (round: Round) => boolean): string => String(rounds.filter(fits).length);
  const seconds = (values: readonly number[]): string => percentile(values, 95).toFixed(1);
  const landed = Map.groupBy(rounds, (round) => round.landed);
  return [
    what,
    String(rounds.length),
    [...landed].map(([where, all]) => `${where} ${all.length}`).join(', '),
    seconds(rounds.map(({ took }) => took / 1_000)),
    count(({ blow, main, post }) => blow === 'cancel' && [main, post].includes('SIGKILL')),
    count(({ stuckRelease }) => stuckRelease !== undefined),
    count(({ stuckLock }) => stuckLock !== undefined),
    count(({ doubleUndo }) => doubleUndo !== undefined),
    count(({ left }) => left.length > 0),
    count(({ ends }) => ends === 'verified'),
    count(({ ends }) => ends === 'owed'),
    `${count(({ next }) => next.result === 'success')}/${rounds.length}`,
    seconds(rounds.map(({ next }) => next.seconds)),
  ];
}

/** What went wrong, a line each. */
function faults(rounds: readonly Round[]): string[] {
  const lines = rounds.filter((round) => round.trouble !== undefined || !isClean(round)).map(lineOf);
  return lines.length === 0 ? [] : [lines.join('\n')];
}

export function lineOf(round: Round): string {
  const { phase, blow, index, helm, landed, delay, untilTerm, main, took, post, ends, next, trouble } = round;
  const what = `${phase} ${blow} #${index} (${helm})`;
  if (trouble !== undefined) return `${what}: not measured: ${trouble}`;
  const how = `${landed} +${delay} ms${untilTerm === undefined ? '' : `, SIGTERM after ${untilTerm} ms`}`;
  const bad = [
    round.stuckRelease,
    round.stuckLock && `locked by ${round.stuckLock}`,
    round.doubleUndo,
    ...round.left.map((name) => `left: ${name}`),
    round.inProgress > 0 ? `${round.inProgress} GitHub Deployments in progress` : undefined,
    next.result === 'success' ? undefined : next.reason,
  ].filter((each) => each !== undefined);
  const end = `main ${main} in ${(took / 1_000).toFixed(1)} s, post ${post ?? '-'}, ${ends}; next ${next.result} in ${next.seconds.toFixed(1)} s`;
  return `${isClean(round) ? 'ok  ' : 'BAD '} ${what} ${how}: ${end}${bad.length === 0 ? '' : `: ${bad.join('; ')}`}`;
}

export const anchorTable = (found: readonly Anchor[]): string =>
  markdownTable(
    [
      'helm alone, in a bash step',
      'cancelled',
      'left pending',
      'next upgrade failed',
      'helm at work after the step',
    ],
    [...Map.groupBy(found, ({ helm, where }) => `${helm} ${flagsOf[helm]}, ${where}`)].map(([what, all]) => [
      what,
      String(all.length),
      String(all.filter(({ pending }) => pending).length),
      String(all.filter(({ nextFailed }) => nextFailed).length),
      String(all.filter(({ livedOn }) => livedOn).length),
    ]),
  );

export const flagsOf = { helm3: '--atomic', helm4: '--rollback-on-failure' } as const;

/** From rounds to tables and goals. Pure. */
import { markdownTable, median, percentile } from '../table.ts';
import type { Goal } from '../table.ts';
import type { VerdictCase } from './case.ts';
import { cases } from './cases.ts';
import { factors } from './curve.ts';
import type { Round } from './round.ts';
import { graceOf, isTerminal, lineOf, scoreOf, step, toExit, toVerdict } from './score.ts';
import type { Score } from './score.ts';

const bounds = { terminalMedian: 2, terminalP95: 5, overGrace: 3, early: 1 } as const;

const atOnce = (rounds: readonly Round[]): Round[] => rounds.filter(({ late }) => late === undefined);
const count = (rounds: readonly Round[], score: Score): number =>
  rounds.filter((round) => scoreOf(round) === score).length;
const fixed = (value: number): string =>
  Number.isNaN(value) ? '' : value.toFixed(2).replace(/^-0\.00$/, '0.00');
const most = (values: readonly number[]): number => (values.length === 0 ? Number.NaN : Math.max(...values));

export const tablesOf = (rounds: readonly Round[]): string[] => [
  faultTable(atOnce(rounds)),
  twinTable(atOnce(rounds)),
  ...wrongOnes(rounds),
];

const partOf = ({ id }: VerdictCase, part: Round['part'], rounds: readonly Round[]): Round[] =>
  rounds.filter((round) => round.case === id && round.part === part && round.trouble === undefined);

function faultTable(rounds: readonly Round[]): string {
  const rows = cases.flatMap((about) => {
    const own = partOf(about, 'fault', rounds);
    const [first] = own;
    if (first === undefined || about.fault === undefined) return [];
    const delays = own.map(toVerdict);
    const { grace } = about.fault;
    return [
      [
        `${about.id}: ${about.how}`,
        first.way,
        about.fault.rule,
        `${count(own, 'called')} of ${own.length}`,
        grace === 'terminal' ? 'terminal' : String(grace / 1_000),
        fixed(median(delays)),
        fixed(most(delays)),
        fixed(median(own.map(toExit))),
        fixed(median(own.map(step))),
      ],
    ];
  });
  const head = [
    'fault',
    'way',
    'rule',
    'called',
    'grace s',
    'proof → verdict s',
    'most',
    '→ exit',
    'whole step',
  ];
  return markdownTable(head, rows);
}

function twinTable(rounds: readonly Round[]): string {
  const rows = cases.flatMap((about) => {
    const own = partOf(about, 'twin', rounds);
    if (own.length === 0) return [];
    return [
      [
        `${about.id}: ${about.twin.how}`,
        `${count(own, 'recovered')} of ${own.length}`,
        String(count(own, 'false call')),
        fixed(
          median(
            own.map(({ proofAt, mendedAt }) => ((mendedAt ?? Number.NaN) - (proofAt ?? Number.NaN)) / 1_000),
          ),
        ),
        fixed(median(own.map(step))),
      ],
    ];
  });
  return markdownTable(['twin', 'success', 'false calls', 'mended after s', 'whole step s'], rows);
}

function wrongOnes(rounds: readonly Round[]): string[] {
  const wrong = atOnce(rounds).filter((round) => !['called', 'recovered'].includes(scoreOf(round)));
  return wrong.length === 0
    ? []
    : [`Not as they should be:\n\n${wrong.map((each) => `- ${lineOf(each)}`).join('\n')}`];
}

/** Without late twins there is no curve. */
export function curveTable(rounds: readonly Round[]): string[] {
  if (rounds.every(({ late }) => late === undefined)) return [];
  const lates = [...new Set(rounds.flatMap(({ late }) => late ?? []))].sort((a, b) => a - b);
  const callsOf = (of: readonly Round[], factor: number) =>
    of.flatMap((round) => {
      const call = round.curve.find((each) => each.factor === factor);
      return call === undefined ? [] : [{ round, call }];
    });
  const falseCalls = (of: readonly Round[], factor: number): string => {
    const calls = callsOf(of, factor);
    return `${calls.filter(({ call }) => call.outcome === 'fail').length} of ${calls.length}`;
  };
  const likely = atOnce(rounds).filter((round) => round.part === 'fault' && graceOf(round) > 0);
  const twins = atOnce(rounds).filter(({ part }) => part === 'twin');
  const rows = factors.map((factor) => {
    const waits = callsOf(likely, factor)
      .filter(({ call }) => call.outcome === 'fail')
      .map(({ round, call }) => (call.at - (round.proofAt ?? Number.NaN)) / 1_000);
    return [
      `graces × ${factor}`,
      falseCalls(twins, factor),
      ...lates.map((late) =>
        falseCalls(
          rounds.filter((round) => round.late === late),
          factor,
        ),
      ),
      fixed(median(waits)),
      fixed(most(waits)),
    ];
  });
  const head = [
    'false calls, replayed',
    'twins in time',
    ...lates.map((late) => `twins mended at ${late} × grace`),
    'likely faults: proof → verdict s',
    'most',
  ];
  return [markdownTable(head, rows)];
}

export function goalsOf(all: readonly Round[]): Goal[] {
  const rounds = atOnce(all);
  const called = rounds.filter((round) => scoreOf(round) === 'called');
  const terminal = called.filter(isTerminal).map(toVerdict);
  const overGrace = called
    .filter((round) => !isTerminal(round))
    .map((round) => toVerdict(round) - graceOf(round));
  const none = (id: string, score: Score): Goal => ({
    id: `verdict/${id}`,
    measured: count(rounds, score),
    bound: 0,
    unit: `of ${rounds.length}`,
  });
  const spread = (id: string, measured: number, bound: number): Goal => ({
    id: `verdict/${id}`,
    measured,
    bound,
    unit: 's',
  });
  return [
    ...(terminal.length === 0
      ? []
      : [
          spread('terminal/median', median(terminal), bounds.terminalMedian),
          spread('terminal/p95', percentile(terminal, 95), bounds.terminalP95),
        ]),
    ...(overGrace.length === 0
      ? []
      : [
          spread('likely/over-grace', most(overGrace), bounds.overGrace),
          // A call before the end of its grace would be a false one of the twin that just makes it.
          spread('likely/early', most(overGrace.map((over) => Math.max(0, -over))), bounds.early),
        ]),
    none('misnamed', 'misnamed'),
    none('missed', 'missed'),
    none('false-calls', 'false call'),
    none('twins-not-ready', 'not ready'),
    none('broken', 'broken'),
  ];
}

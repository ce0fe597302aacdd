import { markdownTable } from '../table.ts';
import type { Goal } from '../table.ts';
import { wayIds } from './case.ts';
import type { WayId } from './case.ts';
import { cases } from './cases.ts';
import type { Round } from './score.ts';

const names: Readonly<Record<WayId, string>> = {
  ours: 'backup-db',
  shell: 'set -e',
  pipefail: 'set -euo pipefail',
};

export function goalsOf(rounds: readonly Round[]): Goal[] {
  const ours = rounds.filter(({ way, trouble }) => way === 'ours' && trouble === undefined);
  const count = (id: string, fits: (round: Round) => boolean): Goal => {
    const found = ours.filter(fits).map((round) => round.case);
    const measured = ours.length === 0 ? Number.NaN : found.length;
    return { id: `backup-faults/${id}`, measured, bound: 0, unit: 'cases', reason: found.join(', ') };
  };
  return [
    count('silent', ({ outcome }) => outcome === 'silent'),
    count('hung', ({ outcome }) => outcome === 'hung'),
    count('debris', ({ debris, leftFalse }) => debris.length > 0 || leftFalse),
    count('next-run', ({ nextIsClean }) => !nextIsClean),
  ];
}

/** How often each came to what. */
export const sumTable = (rounds: readonly Round[]): string =>
  markdownTable(
    [
      '',
      'cases',
      'detected',
      'survived',
      'silent',
      'hung',
      'false backup left',
      'other debris',
      'next run fails',
    ],
    wayIds.map((way) => {
      const own = rounds.filter((round) => round.way === way && round.trouble === undefined);
      const of = (fits: (round: Round) => boolean): string => String(own.filter(fits).length);
      return [
        names[way],
        String(own.length),
        ...(['detected', 'survived', 'silent', 'hung'] as const).map((each) =>
          of(({ outcome }) => outcome === each),
        ),
        of(({ leftFalse }) => leftFalse),
        of(({ debris }) => debris.length > 0),
        of(({ nextIsClean }) => !nextIsClean),
      ];
    }),
  );

export const caseTable = (rounds: readonly Round[]): string =>
  markdownTable(
    ['fault', ...wayIds.map((way) => names[way])],
    cases
      .filter(({ id }) => rounds.some((round) => round.case === id))
      .map(({ id, name }) => [
        name,
        ...wayIds.map((way) => wordOf(rounds.find((round) => round.case === id && round.way === way))),
      ]),
  );

/** `detected; left: object, process`. */
function wordOf(round: Round | undefined): string {
  if (round === undefined) return '–';
  if (round.trouble !== undefined) return 'not measured';
  const left = [...new Set(round.debris.map(({ kind }) => kind))];
  const all = round.leftFalse ? ['a false backup', ...left] : left;
  return `${round.outcome}${all.length === 0 ? '' : `; left: ${all.join(', ')}`}${round.nextIsClean ? '' : '; next run fails'}`;
}

export const lineOf = (round: Round): string =>
  `${round.case} ${round.way}: ${round.trouble ?? `${wordOf(round)} (exit ${round.exit}, ${round.seconds} s)`}`;

/** What one round comes to. Pure. */
import { cases } from './cases.ts';
import type { Fault } from './case.ts';
import type { Round } from './round.ts';

/**
 * - `called`: a fault by its own rule and in its own words; `misnamed`: by another
 * - `missed`: only the timeout ended it, or nothing did
 * - `recovered`: a twin that ended in success; `false call`: one that was called; `not ready`: one that was neither
 * - `broken`: the bench stumbled
 */
export type Score = 'called' | 'misnamed' | 'missed' | 'recovered' | 'false call' | 'not ready' | 'broken';

export const faultOf = (round: Round): Fault | undefined => cases.find(({ id }) => id === round.case)?.fault;

export function scoreOf(round: Round): Score {
  const { part, result, rule, cause, trouble } = round;
  if (trouble !== undefined) return 'broken';
  const isCalled = result === 'failure' && rule !== '' && rule !== 'NotReadyInTime';
  if (part === 'twin') {
    if (result === 'success') return 'recovered';
    return isCalled ? 'false call' : 'not ready';
  }
  if (!isCalled) return 'missed';
  const fault = faultOf(round);
  return rule === fault?.rule && fault.says.test(cause) ? 'called' : 'misnamed';
}

const seconds = (from: number | undefined, to: number | undefined): number =>
  ((to ?? Number.NaN) - (from ?? Number.NaN)) / 1_000;

export const toVerdict = ({ proofAt, verdictAt }: Round): number => seconds(proofAt, verdictAt);
export const toExit = ({ proofAt, endedAt }: Round): number => seconds(proofAt, endedAt);
export const step = ({ startedAt, endedAt }: Round): number => seconds(startedAt, endedAt);

/** Seconds of grace; 0 of what is called at its proof. */
export const graceOf = (round: Round): number => {
  const grace = faultOf(round)?.grace;
  return typeof grace === 'number' ? grace / 1_000 : 0;
};

export const isTerminal = (round: Round): boolean => faultOf(round)?.grace === 'terminal';

export function lineOf(round: Round): string {
  const { case: id, part, round: number, helm, way, late, trouble, rule, cause, reason } = round;
  const name = `${id} ${part}${late === undefined ? '' : ` at ${late} × grace`}`;
  const head = `round ${number} ${name} (${way}, ${helm}): ${scoreOf(round)}`;
  if (trouble !== undefined) return `${head}: ${trouble}`;
  if (part === 'twin' && round.result === 'success') return `${head} in ${step(round).toFixed(1)} s`;
  const delay = `proof → verdict ${toVerdict(round).toFixed(2)} s, grace ${graceOf(round)} s`;
  return `${head}; ${delay}; ${rule}: ${cause || reason}`;
}

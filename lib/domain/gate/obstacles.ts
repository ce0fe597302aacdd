/**
 * What can stand between a proposal and its release, however the gate is made. What cannot be learnt stands in the way
 * as well: a gate that opens because GitHub did not answer is none.
 */
import { formatDuration } from '../duration.ts';
import type { Milliseconds } from '../duration.ts';
import { frozenAt } from './freeze.ts';
import type { Freeze } from './freeze.ts';
import type { Proposal, RunningNow } from './proposal.ts';

/** Anything that could not be learnt says why, and what to do where that is not the usual. */
export type Learnt<Value> =
  | { readonly known: Value }
  | { readonly unknown: string; readonly remedy?: string };

/** One thing that keeps the gate shut. */
export interface Obstacle {
  readonly what: string;
  readonly remedy: string;
  /** It could not be learnt, rather than being wrong: the result is `inconclusive` when there is nothing worse. */
  readonly unknown?: true;
}

export interface Judged {
  readonly obstacles: readonly Obstacle[];
  /** What was let pass on purpose, for the audit. */
  readonly exceptions: readonly string[];
}

export interface Approval {
  readonly state: 'approved' | 'rejected' | 'pending';
  readonly by: string;
  readonly comment: string;
}

export type GateDecision =
  | {
      readonly kind: 'open';
      /** Who approved; undefined where nobody had to. */
      readonly approval: Approval | undefined;
      readonly exceptions: readonly string[];
    }
  | { readonly kind: 'shut'; readonly obstacles: readonly Obstacle[] };

export interface AskedOfTime {
  readonly environment: string;
  /** Why it goes through a freeze all the same; empty: it does not. */
  readonly breakGlass: string;
}

export interface AskedOfOrder {
  /** Environments that must have verified every image of the proposal, no longer ago than so. */
  readonly requires: readonly { readonly environment: string; readonly maxAge: Milliseconds | undefined }[];
}

/** What is true when it is decided. */
export interface FactsOfProposal {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly repository: string;
  readonly freezes: Learnt<readonly Freeze[]>;
  readonly runningNow: Learnt<RunningNow | undefined>;
  /** Who proposed something for the same environment later: `run 102`, `issue #7`. */
  readonly newerProposal: Learnt<string | undefined>;
  /** For each that is required: when every image was verified there last; a text says why it was not. */
  readonly verifiedIn: Readonly<Record<string, Learnt<{ readonly at: number } | { readonly not: string }>>>;
}

/** Of an artifact: by which run, and when (milliseconds since the epoch, by GitHub's clock). */
export interface Upload {
  readonly run: string;
  readonly at: number;
}

/**
 * Which other run uploaded a proposal after this one's. This one's own upload is what it is compared with: the
 * runner's clock, by which it was proposed, need not agree with GitHub's.
 */
export function newerUpload(
  uploads: readonly Upload[],
  { run, proposedAt }: Pick<Proposal, 'run' | 'proposedAt'>,
): string | undefined {
  const own = uploads.filter((each) => each.run === run).map(({ at }) => at);
  const since = own.length > 0 ? Math.max(...own) : Date.parse(proposedAt);
  const newer = uploads.filter((each) => each.run !== run && each.at > since);
  const newest = newer.reduce<Upload | undefined>(
    (a, b) => (a !== undefined && a.at > b.at ? a : b),
    undefined,
  );
  return newest === undefined ? undefined : `run ${newest.run}`;
}

const anew = 'propose anew: what is approved must be what is true now';

/** What the proposal is of must be what this is. */
export const sameAs = (
  what: string,
  proposed: string | number,
  now: string | number,
  remedy = anew,
): Obstacle[] =>
  proposed === now
    ? []
    : [{ what: `the proposal is of ${what} ${proposed}; this is ${what} ${now}`, remedy }];

/** Whether it still holds: not expired, nothing newer, and what runs there is what ran there. */
export function judgeHolding(proposal: Proposal, facts: FactsOfProposal): Obstacle[] {
  const expired = Date.parse(proposal.expiresAt) <= facts.now;
  return [
    ...(expired ? [{ what: `the proposal expired at ${proposal.expiresAt}`, remedy: anew }] : []),
    ...judgeDrift(proposal, facts),
    ...judgeNewer(facts),
  ];
}

/** A freeze that holds; broken with a reason it is an exception for the audit. */
export function judgeFreeze(
  { breakGlass, environment }: AskedOfTime,
  { freezes, now }: Pick<FactsOfProposal, 'freezes' | 'now'>,
): Judged {
  if ('unknown' in freezes)
    return { obstacles: [notLearnt(`whether ${environment} is frozen`, freezes.unknown)], exceptions: [] };
  const frozen = frozenAt(freezes.known, now);
  if (frozen === undefined) return { obstacles: [], exceptions: [] };
  const until = new Date(frozen.until).toISOString();
  const what = `nothing goes to ${environment} until ${until}: ${frozen.window.why}`;
  return breakGlass === ''
    ? { obstacles: [{ what, remedy: 'wait, or say why not with break-glass: <reason>' }], exceptions: [] }
    : { obstacles: [], exceptions: [`${what}; broken, because ${breakGlass}`] };
}

/** What ran there when it was proposed must run there still. */
function judgeDrift(proposal: Proposal, { runningNow }: Pick<FactsOfProposal, 'runningNow'>): Obstacle[] {
  if ('unknown' in runningNow)
    return [notLearnt('what runs there now', runningNow.unknown, runningNow.remedy)];
  const [then, now] = [proposal.runningNow, runningNow.known].map(named);
  return then === now
    ? []
    : [{ what: `${then} ran there when it was proposed; ${now} does now`, remedy: anew }];
}

const named = (running: RunningNow | undefined): string =>
  running === undefined ? 'nothing that we know of' : `${running.record} (Deployment ${running.deployment})`;

function judgeNewer({ newerProposal }: Pick<FactsOfProposal, 'newerProposal'>): Obstacle[] {
  if ('unknown' in newerProposal)
    return [notLearnt('whether something newer was proposed', newerProposal.unknown)];
  return newerProposal.known === undefined
    ? []
    : [{ what: `${newerProposal.known} proposed something newer`, remedy: 'decide about that one' }];
}

/** Environments that must have verified it first, and not too long ago. */
export function judgeOrder(
  { requires }: AskedOfOrder,
  { verifiedIn, now }: Pick<FactsOfProposal, 'verifiedIn' | 'now'>,
): Obstacle[] {
  return requires.flatMap(({ environment, maxAge }) => {
    const learnt = verifiedIn[environment] ?? { unknown: 'it was not asked' };
    if ('unknown' in learnt) return [notLearnt(`what ${environment} verified`, learnt.unknown)];
    const remedy = `prove it in ${environment} first`;
    if ('not' in learnt.known) return [{ what: learnt.known.not, remedy }];
    const age = now - learnt.known.at;
    return maxAge === undefined || age <= maxAge
      ? []
      : [
          {
            what: `${environment} verified it ${formatDuration(age)} ago; at most ${formatDuration(maxAge)} was asked for`,
            remedy,
          },
        ];
  });
}

export const notLearnt = (
  what: string,
  why: string,
  remedy = 'give github-token the permissions of the README, and run again when GitHub answers',
): Obstacle => ({ what: `${what} could not be learnt: ${why}`, remedy, unknown: true });

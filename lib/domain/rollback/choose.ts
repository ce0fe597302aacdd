/** Which of the candidates `to` means. */
import { isVerified } from '../record/transitions.ts';
import { candidatesOf, hasStood, present } from './candidates.ts';
import { plural } from '../words.ts';
import type { Candidate, PastFacts, Refusal, To } from './types.ts';

export type Chosen =
  | { readonly refusal: Refusal }
  | { readonly candidate: Candidate; readonly refusals: readonly Refusal[] };

const fixForward = 'fix forward with deploy-helm';
const orName = `${fixForward}, or name a revision with to: (dry-run: true lists them)`;

/** What is taken back to when `from` is left, with what speaks against it. */
export function choose(facts: PastFacts, from: Candidate, to: To): Chosen {
  const candidates = candidatesOf(facts);
  // A failed revision may be chosen by name, and then only by force; nothing else looks at it.
  const others = candidates.filter((each) => !isSame(each, from) && hasStood(each));
  if (to.kind === 'last-verified') {
    const newest = others.find(({ verified }) => verified);
    if (newest !== undefined) return accept(newest);
    return {
      refusal: noneVerified(
        facts,
        others,
        candidates.filter((each) => !isSame(each, from)),
      ),
    };
  }
  if (to.kind === 'previous') {
    const previous = others.find(({ revision }) => revision < from.revision);
    return previous === undefined ? { refusal: nonePrevious(from) } : accept(previous);
  }
  const record = to.kind === 'record' ? present(facts).records.find(({ id }) => id === to.id) : undefined;
  const wanted = to.kind === 'record' ? record?.revision : to.revision;
  const held = candidates.length === 0 ? 'nothing' : candidates.map(({ revision }) => revision).join(', ');
  const missing =
    to.kind === 'record' && record === undefined
      ? `there is no record ${to.id} of this installation`
      : `revision ${wanted ?? 'none'} is not in Helm's history, which holds ${held}`;
  return byName(
    candidates.find(({ revision }) => revision === wanted),
    from,
    missing,
  );
}

const isSame = (candidate: Candidate, from: Candidate): boolean => candidate.root === from.root;

function byName(candidate: Candidate | undefined, from: Candidate, missing: string): Chosen {
  if (candidate === undefined)
    return { refusal: { reason: missing, remedy: 'choose one that is listed', forceable: false } };
  if (isSame(candidate, from)) {
    const reason = `revision ${candidate.revision} is what runs now`;
    return { refusal: { reason, remedy: 'choose another with to:', forceable: false } };
  }
  return accept(candidate);
}

function accept(candidate: Candidate): Chosen {
  const { revision, rejected, why, status } = candidate;
  const refusals: Refusal[] = [];
  if (rejected)
    refusals.push({
      reason: `revision ${revision} is no state to go back to: ${why}`,
      remedy: 'choose another with to:, or force: true',
      forceable: true,
    });
  if (!hasStood(candidate))
    refusals.push({
      reason: `revision ${revision} is ${status}: it never ran`,
      remedy: 'choose another with to:, or force: true',
      forceable: true,
    });
  return { candidate, refusals };
}

/** Names the verified states that are out of reach, lest somebody thinks they were forgotten. */
function noneVerified(facts: PastFacts, stood: readonly Candidate[], others: readonly Candidate[]): Refusal {
  const { records, revisions } = present(facts);
  const pruned = records.find(
    (record) => isVerified(record) && !revisions.some(({ revision }) => revision === record.revision),
  );
  const refusal = (why: string, remedy: string): Refusal => ({
    reason: `nothing verified to go back to${why}`,
    remedy,
    forceable: false,
  });
  if (pruned !== undefined)
    return refusal(
      `; ${pruned.id} was verified, but Helm has pruned its revision ${pruned.revision}: raise history-max`,
      orName,
    );
  if (stood.length > 0)
    return refusal(`; ${plural(stood.length, 'other revision')} can be named with to:`, orName);
  if (others.length === 0) return refusal(': this is the first release', fixForward);
  const which = others.map(({ revision }) => revision).join(', ');
  return refusal(`: what else Helm holds failed (${which})`, orName);
}

const nonePrevious = (from: Candidate): Refusal => ({
  reason: `nothing ran before revision ${from.revision}`,
  remedy: orName,
  forceable: false,
});

/** Which state a rollback goes to, or why it does not. Pure: what it wants to know of a registry, it asks. */
import type { Actor, ReleaseRecord } from '../record/types.ts';
import { mayBeRepaired } from '../repair/next-step.ts';
import { ownRevision } from '../repair/owed.ts';
import { candidatesOf, headOf, newestOf, present } from './candidates.ts';
import { againOf, atWork } from './again.ts';
import { choose } from './choose.ts';
import { schemaRefusal } from './schema-check.ts';
import type { SchemaCheck } from './schema-check.ts';
import type { Candidate, Decision, From, PastFacts, Refusal, To } from './types.ts';

export type ImageFact = 'present' | 'gone' | 'unknown';

export interface Wishes {
  readonly from: From;
  readonly to: To;
  /** Who asks: its own open claim, or that of an earlier attempt of its run, is no other's. */
  readonly by: Actor;
  readonly force: boolean;
  /** The lock is ours: who claimed an undo and never said how it ended is gone. */
  readonly locked: boolean;
  /** What the registry says of a candidate's images; undefined where it was not asked yet. */
  readonly images?: (candidate: Candidate) => ImageFact | undefined;
  /** Whether its version can read what the database holds now; undefined where nobody has looked yet. */
  readonly schema?: (candidate: Candidate) => SchemaCheck | undefined;
}

/** The answer of a registry, or of the database, is wanted before a decision: not knowing is an answer too. */
export interface Asked {
  readonly kind: 'ask';
  readonly about: 'images' | 'schema';
  readonly candidate: Candidate;
}

/**
 * Decides by what the records and Helm's history say. A record undoes that release and no other; without `force`
 * nothing that was rejected is ever gone back to. Unknown never blocks, but for the schema: who gives `database` asks
 * for the comparison.
 */
export function decide(facts: PastFacts, wishes: Wishes): Decision | Asked {
  const left = leave(facts, wishes);
  if ('kind' in left) return left;
  const { candidate: from, refusals: before } = left;
  const chosen = choose(facts, from, wishes.to);
  if ('refusal' in chosen) return outcome(from, undefined, [...before, chosen.refusal], wishes.force);
  const { candidate: to, refusals } = chosen;
  const image = wishes.images === undefined ? 'unknown' : wishes.images(to);
  if (image === undefined) return { kind: 'ask', about: 'images', candidate: to };
  const schema = wishes.schema === undefined ? notCompared : wishes.schema(to);
  if (schema === undefined) return { kind: 'ask', about: 'schema', candidate: to };
  const gone = image === 'gone' ? [imageGone(to)] : [];
  const unsafe = schemaRefusal(schema);
  const changed = unsafe === undefined ? [] : [unsafe];
  return outcome(from, to, [...before, ...refusals, ...gone, ...changed], wishes.force);
}

const notCompared: SchemaCheck = { kind: 'not compared' };

function outcome(
  from: Candidate,
  to: Candidate | undefined,
  refusals: readonly Refusal[],
  force: boolean,
): Decision {
  const stands = to === undefined || !force || refusals.some(({ forceable }) => !forceable);
  if (to === undefined || (stands && refusals.length > 0)) return { kind: 'refuse', refusals };
  return { kind: 'undo', from, to, overridden: refusals };
}

const imageGone = (to: Candidate): Refusal => ({
  reason: `an image of revision ${to.revision} is no longer in its registry: ${Object.values(to.images).join(', ')}`,
  remedy: 'push it again, choose another revision with to:, or force: true where the nodes still hold it',
  forceable: true,
});

interface Leaving {
  readonly candidate: Candidate;
  readonly refusals: readonly Refusal[];
}

/** What is to be left: what runs, or a given release when it is what runs. */
function leave(facts: PastFacts, wishes: Wishes): Leaving | Decision {
  const { from } = wishes;
  const head = headOf(facts);
  const running = candidatesOf(facts).find(({ revision }) => revision === head?.revision);
  if (running === undefined) {
    const remedy = 'nothing is installed: look with helm list --all; deploy-helm installs it';
    return refuse({ reason: 'nothing runs that could be rolled back', remedy, forceable: false });
  }
  const again = atWork(facts, wishes) ?? againOf(facts, running, wishes);
  if (again !== undefined && 'kind' in again) return again;
  if (from.kind === 'running')
    return {
      candidate: running,
      refusals: [...halfWay(running, facts, wishes), ...(again === undefined ? [] : [again])],
    };

  const record = facts.records.find(({ id }) => id === from.id);
  if (record === undefined) {
    const known = facts.records.map(({ id }) => id).slice(0, 3);
    return refuse({
      reason: `there is no record ${from.id}${known.length === 0 ? '' : `; the newest are ${known.join(', ')}`}`,
      remedy: "give deploy-helm's output record, or from: running for whatever runs now",
      forceable: false,
    });
  }
  const over = whyOver(record, facts, running);
  return over === undefined ? { candidate: running, refusals: [] } : { kind: 'skip', reason: over };
}

const refuse = (refusal: Refusal): Decision => ({ kind: 'refuse', refusals: [refusal] });

/**
 * A release's own rollback repairs what its killed helm left; an operator may be too early: helm may still work. Of
 * what a run of ours was at, only the lock tells whether it still is; what is pending under the lock, nobody could
 * put right.
 */
function halfWay({ revision, status }: Candidate, { records }: PastFacts, { locked }: Wishes): Refusal[] {
  if (!status.startsWith('pending-')) return [];
  if (!locked && mayBeRepaired({ revision, status }, records)) return [];
  const reason = `revision ${revision} is ${status}: a helm was killed in the middle, or one is still running`;
  return [{ reason, remedy: 'make sure that no helm works on it, then force: true', forceable: true }];
}

/** Why there is nothing (left) to undo of a release; undefined when there is. */
function whyOver(record: ReleaseRecord, facts: PastFacts, running: Candidate): string | undefined {
  const { id, state, undo } = record;
  if (state === 'rolled-back')
    return `${id} is undone already${undo === undefined ? '' : `: ${undo.part} did it at ${undo.at}`}`;
  if (state === 'abandoned') return `${id} was abandoned: ${record.reason ?? 'nothing had been applied'}`;
  if (!present(facts).records.includes(record) && record.installedAt !== undefined)
    return `${id} belongs to an installation that was uninstalled since`;
  const revision = revisionOf(record, facts);
  if (revision === undefined) return `${id} was never applied: Helm has no revision of it`;
  if (revision === running.revision || revision === running.root) return undefined;
  const now = running.record === undefined ? '' : ` (${running.record.id})`;
  return `${id} no longer runs: revision ${running.revision}${now} does`;
}

/** The revision of a release: as its record says, or what a killed helm had written before the record could say so. */
function revisionOf(record: ReleaseRecord, { records, revisions }: PastFacts): number | undefined {
  if (record.revision !== undefined) return record.revision;
  const newer = records.some(({ seq, kind }) => seq > record.seq && kind === 'release');
  return newer ? undefined : ownRevision(record, { revisions, newest: newestOf(revisions) });
}

import { ofInstallation } from '../../lib/domain/record/installation.ts';
import { moveTo, stateAfterVerdicts, withVerdict } from '../../lib/domain/record/transitions.ts';
import type { ReleaseContent, ReleaseRecord, UndoClaim } from '../../lib/domain/record/types.ts';
import { newestOf } from '../../lib/domain/rollback/candidates.ts';
import { linesOf } from '../../lib/domain/rollback/lineage.ts';
import type { Candidate, PastFacts } from '../../lib/domain/rollback/types.ts';
import type { ChecksOutcome } from '../../lib/domain/checks/types.ts';
import type { Draft } from '../../lib/steps/journal.ts';
import type { Undone } from '../../lib/steps/undo.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

type Who = Pick<Ports, 'actor' | 'clock'>;

/** What a verdict of `verify` is called in the record. */
const verifyName = 'verify';

/** Where it goes, and why: what `force` overrode is part of it. */
export interface Move {
  readonly from: Candidate;
  readonly to: Candidate;
  readonly reason: string;
}

/** The record of a rollback that is about to begin. */
export const rollbackDraft = (
  { from, to, reason }: Move,
  facts: PastFacts,
  inputs: Inputs,
  { actor, clock }: Who,
): Draft => ({
  release: inputs.release.name,
  namespace: inputs.release.namespace,
  kind: 'rollback',
  state: 'planned',
  createdAt: new Date(clock.now()).toISOString(),
  by: { ...actor, sha: commitOf(to, actor) },
  from: contentOf(from),
  to: contentOf(to),
  ...installation(facts),
  after: newestOf(facts.revisions)?.revision ?? 0,
  steps: [],
  verdicts: [],
  expects: inputs.verify.length === 0 ? [] : [verifyName],
  undoable: 'automatic',
  reason,
  ...(inputs.environment === '' ? {} : { environment: inputs.environment }),
});

/** What runs afterwards is of the commit that was shipped then, not of the one whose run goes back. */
const commitOf = ({ record }: Candidate, { repository, sha }: Ports['actor']): string =>
  record === undefined || record.kind === 'baseline' || record.by.repository !== repository
    ? sha
    : record.by.sha;

/** The record of a release that nobody recorded, so that its rejection is remembered. */
export const unrecordedDraft = (
  from: Candidate,
  facts: PastFacts,
  inputs: Inputs,
  { actor, clock }: Who,
): Draft => ({
  release: inputs.release.name,
  namespace: inputs.release.namespace,
  kind: 'baseline',
  state: 'applied',
  createdAt: new Date(clock.now()).toISOString(),
  by: actor,
  to: contentOf(from),
  revision: from.revision,
  ...installation(facts),
  steps: [],
  verdicts: [],
  expects: [],
  undoable: 'automatic',
});

function installation({ revisions }: PastFacts): { installedAt?: string } {
  const installedAt = newestOf(revisions)?.installedAt;
  return installedAt === undefined ? {} : { installedAt };
}

function contentOf({ record, revision, images, chart }: Candidate): ReleaseContent {
  if (record !== undefined) return { ...record.to, images, revision };
  const [name = '', version = ''] = chart.split(' ');
  return { images, chart: name, chartVersion: version, chartDigest: '', valuesHash: '', revision };
}

/** Every record of what is left, the one that the undo is claimed in first: the newest, or the one that was named. */
export function recordsOf(from: Candidate, facts: PastFacts, named: string | undefined): ReleaseRecord[] {
  const records = ofInstallation(facts.records, newestOf(facts.revisions)?.installedAt);
  const line = linesOf({ ...facts, records }).find(({ root }) => root === from.root)?.records ?? [];
  const first = facts.records.find(({ id }) => id === named);
  return first === undefined ? [...line] : [first, ...line.filter(({ id }) => id !== named)];
}

/** It was wrong, whatever it was called before; a reason that is there already was nearer to the facts. */
export const rejected = (record: ReleaseRecord, reason: string): ReleaseRecord =>
  record.state === 'rejected' ? record : moveTo(record, 'rejected', reason);

/** What the rollback's own record becomes: ready, unknown, or given up. Why it began stays in its reason. */
export function settled(record: ReleaseRecord, undone: Undone, { actor, clock }: Who): ReleaseRecord {
  const outcome = outcomeOf(undone);
  const at = new Date(clock.now()).toISOString();
  const { revision, running, detail } = undone;
  const made = {
    ...(revision === undefined ? record : moveTo(record, 'applied')),
    ...(revision === undefined ? {} : { revision }),
    to: { ...record.to, images: running?.images ?? record.to.images },
  };
  const judged = withVerdict(made, { name: 'rollback', outcome, reason: detail, at, by: actor });
  if (outcome === 'pass') return verified(moveTo(judged, 'ready'));
  const reason = [record.reason, detail].filter((part) => part !== undefined).join('; ');
  return outcome === 'fail' ? moveTo(judged, 'abandoned', reason) : { ...judged, reason };
}

/** An undo that had ended before anybody could write down what it made of the rollback. */
export const undoneBy = ({ outcome, toRevision, revision, detail = '' }: UndoClaim): Undone => ({
  kind: outcome === 'success' ? 'undone' : outcome === 'failure' ? 'not undone' : 'not proven',
  to: toRevision,
  ...(revision === undefined ? {} : { revision }),
  detail,
  duration: 0,
});

/** Appends what `verify` said. */
export const withVerify = (
  record: ReleaseRecord,
  checks: ChecksOutcome,
  { actor, clock }: Who,
): ReleaseRecord =>
  withVerdict(record, {
    name: verifyName,
    outcome: checks.outcome,
    reason: checks.reason,
    at: new Date(clock.now()).toISOString(),
    by: actor,
  });

const verified = (record: ReleaseRecord): ReleaseRecord => ({ ...record, state: stateAfterVerdicts(record) });

/** What going back amounts to, with the checks after it: these are not asked where it did not come back. */
export const outcomeOfAll = (undone: Undone, checks: ChecksOutcome | undefined): ChecksOutcome['outcome'] =>
  outcomeOf(undone) === 'pass' ? (checks?.outcome ?? 'pass') : outcomeOf(undone);

/** What an undo amounts to. Nobody having seen it run is not knowing. */
export function outcomeOf({ kind, verdict }: Undone): 'pass' | 'fail' | 'inconclusive' {
  if (kind === 'undone') return 'pass';
  return kind === 'not proven' || verdict?.outcome === 'inconclusive' ? 'inconclusive' : 'fail';
}

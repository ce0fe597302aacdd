/** What a release could be taken back to, and why or why not. */
import { ofInstallation } from '../record/installation.ts';
import { isVerified } from '../record/transitions.ts';
import type { ReleaseRecord } from '../record/types.ts';
import { linesOf } from './lineage.ts';
import type { Line } from './lineage.ts';
import type { Candidate, PastFacts, PastRevision } from './types.ts';

/** What was really rolled out: everything else stopped before it was. */
const stood = new Set(['deployed', 'superseded']);

export const hasStood = ({ status }: Pick<PastRevision, 'status'>): boolean => stood.has(status);

/** The history of the installation that runs; what came before a `helm uninstall` means other things. */
export function present({ records, revisions }: PastFacts): PastFacts {
  const newest = newestOf(revisions);
  const held = revisions.filter(({ status }) => status !== 'uninstalled' && status !== 'uninstalling');
  return { records: ofInstallation(records, newest?.installedAt), revisions: held };
}

export const newestOf = (revisions: readonly PastRevision[]): PastRevision | undefined =>
  revisions.reduce<PastRevision | undefined>(
    (newest, each) => (newest === undefined || each.revision > newest.revision ? each : newest),
    undefined,
  );

/**
 * Helm's words for a rollback that could not be applied, and for one that was waited for in vain, in both majors.
 * They no longer say where to; an upgrade that failed has others.
 */
const failedRollback = /^(Rollback|Release) ".*" failed: /;

/**
 * The revision whose content is in the cluster: the newest, whatever became of it, for a failed one stays applied.
 * A rollback that failed is looked through: what it left half-way is still what it was to leave.
 */
export function headOf(facts: PastFacts): PastRevision | undefined {
  const { revisions } = present(facts);
  const failedCopies = new Set(
    linesOf(present(facts)).flatMap(({ root, revisions: held }) =>
      held.filter((each) => each.revision !== root && each.status === 'failed').map((each) => each.revision),
    ),
  );
  const standing = revisions.filter(
    ({ revision, status, description }) =>
      !failedCopies.has(revision) && !(status === 'failed' && failedRollback.test(description)),
  );
  // A first install that failed has the same words.
  return newestOf(standing) ?? newestOf(revisions);
}

/** Every revision that Helm holds as a candidate, newest first. */
export function candidatesOf(facts: PastFacts): Candidate[] {
  const head = headOf(facts)?.revision;
  return linesOf(present(facts))
    .flatMap((line) => {
      const running = line.revisions.some(({ revision }) => revision === head);
      return line.revisions.map((revision) => candidate(revision, line, running));
    })
    .sort((a, b) => b.revision - a.revision);
}

function candidate(revision: PastRevision, line: Line, running: boolean): Candidate {
  const spoiled = line.records.find(isSpoiled);
  const proof = proofOf(line);
  const record = spoiled ?? proof ?? line.records.at(-1);
  return {
    revision: revision.revision,
    status: revision.status,
    ...(record === undefined ? {} : { record }),
    root: line.root,
    images: imagesOf(revision, record),
    chart: `${revision.chart} ${revision.chartVersion}`,
    at: revision.deployedAt,
    by: line.records.find((each) => each.revision === revision.revision)?.by.actor ?? '',
    verified: spoiled === undefined && proof !== undefined,
    rejected: spoiled !== undefined,
    running,
    why: whyOf(line, spoiled, proof),
  };
}

/** The digests that ran, where they were read back; else what was rendered. */
const imagesOf = ({ images }: PastRevision, record: ReleaseRecord | undefined): Candidate['images'] =>
  record === undefined || Object.keys(record.to.images).length === 0 ? images : record.to.images;

/** What was verified once, and found wrong when somebody came back to it, proves nothing any more. */
function proofOf({ records }: Line): ReleaseRecord | undefined {
  const decided = records.find((record) => isVerified(record) || wasFoundWrong(record));
  return decided !== undefined && isVerified(decided) ? decided : undefined;
}

const wasFoundWrong = ({ state, verdicts }: ReleaseRecord): boolean =>
  state === 'ready' && verdicts.some(({ outcome }) => outcome === 'fail');

/** A rollback that was given up says nothing against the state it went to; anything else that ended badly does. */
const isSpoiled = ({ state, kind }: ReleaseRecord): boolean =>
  state === 'rejected' || state === 'rolled-back' || (state === 'abandoned' && kind !== 'rollback');

function whyOf(line: Line, spoiled: ReleaseRecord | undefined, proof: ReleaseRecord | undefined): string {
  if (spoiled !== undefined) return `${spoiled.state}: ${spoiled.reason ?? 'no reason was given'}`;
  if (proof !== undefined) return provenBy(proof);
  const [record] = line.records;
  if (record === undefined) return 'no record: shipped by hand, or before Slipway';
  const missing = record.expects.filter((name) => !record.verdicts.some((verdict) => verdict.name === name));
  const bad = record.verdicts.find(({ outcome }) => outcome !== 'pass');
  if (bad !== undefined) return `${record.state}: ${bad.name} said ${bad.outcome}: ${bad.reason}`;
  if (missing.length > 0) return `${record.state}, but ${missing.join(', ')} is missing`;
  return `${record.state}: it was never proven`;
}

function provenBy({ kind, verdicts, createdAt }: ReleaseRecord): string {
  if (kind === 'baseline')
    return `ran ready when the first release through Slipway began, ${time(createdAt)}`;
  const last = verdicts.at(-1);
  return last === undefined ? `verified ${time(createdAt)}` : `verified by ${last.name} ${time(last.at)}`;
}

/** `2026-01-01 00:04:00Z`. */
const time = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');

import { candidatesOf } from '../../lib/domain/rollback/candidates.ts';
import { decide } from '../../lib/domain/rollback/decide.ts';
import type { ImageFact } from '../../lib/domain/rollback/decide.ts';
import type { Candidate, Decision, From, PastFacts } from '../../lib/domain/rollback/types.ts';
import type { ReleasePorts } from '../../lib/ports/release.ts';
import { askForImages } from '../../lib/steps/images-exist.ts';
import { readPast } from '../../lib/steps/past.ts';
import { resolveObjects } from '../../lib/steps/resolve-objects.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

/** What there was, and what is to be done about it. */
export interface Looked {
  readonly facts: PastFacts;
  readonly candidates: readonly Candidate[];
  readonly decision: Decision;
  /** What could not be found out, and did not stop the rollback. */
  readonly notes: readonly string[];
  /** Revision → what its registry said of its images. */
  readonly images: ReadonlyMap<number, ImageFact>;
}

/**
 * Reads records, revisions and, of the one it would take, the images; decides. Gets and lists only. `before`: the
 * look before the lock was ours; a registry that was slow to answer is not asked again.
 */
export async function look(from: From, inputs: Inputs, ports: Ports, before?: Looked): Promise<Looked> {
  const { unreadable, ...facts } = await readPast(inputs.release, ports);
  const notes = [...(before?.notes ?? unreadable)];
  const answers = new Map<number, ImageFact>(before?.images);
  const wishes = {
    from,
    to: inputs.to,
    by: ports.actor,
    force: inputs.force,
    // The second look is under the lock.
    locked: before !== undefined,
    images: ({ revision }: Candidate) => answers.get(revision),
  };
  let decision = decide(facts, wishes);
  while (decision.kind === 'ask-images') {
    const { candidate } = decision;
    const { fact, unknown } = await imagesOf(candidate, inputs, ports);
    answers.set(candidate.revision, fact);
    notes.push(...unknown);
    decision = decide(facts, wishes);
  }
  return { facts, candidates: candidatesOf(facts), decision, notes, images: answers };
}

/** A registry that cannot be asked never blocks the way back. */
async function imagesOf(
  { revision, images }: Candidate,
  { release }: Inputs,
  ports: Pick<ReleasePorts, 'kube' | 'registry' | 'history'>,
): Promise<{ fact: ImageFact; unknown: readonly string[] }> {
  try {
    const target = await ports.history.read(release, revision);
    if (target === undefined) return { fact: 'unknown', unknown: [] };
    const { objects } = await resolveObjects(ports.kube, target.manifest, release.namespace);
    const { absent, unknown } = await askForImages(ports, release.namespace, objects, images);
    return { fact: absent.length > 0 ? 'gone' : unknown.length > 0 ? 'unknown' : 'present', unknown };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      fact: 'unknown',
      unknown: [`the images of revision ${revision} could not be looked up: ${why}`],
    };
  }
}

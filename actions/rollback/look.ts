import { messageOf } from '../../lib/domain/errors.ts';
import { candidatesOf } from '../../lib/domain/rollback/candidates.ts';
import { decide } from '../../lib/domain/rollback/decide.ts';
import type { ImageFact } from '../../lib/domain/rollback/decide.ts';
import { recordsOfContent } from '../../lib/domain/rollback/schema-check.ts';
import type { SchemaCheck } from '../../lib/domain/rollback/schema-check.ts';
import type { Candidate, Decision, From, PastFacts } from '../../lib/domain/rollback/types.ts';
import type { ReleasePorts } from '../../lib/ports/release.ts';
import { askForImages } from '../../lib/steps/images-exist.ts';
import { readPast } from '../../lib/steps/past.ts';
import { resolveObjects } from '../../lib/steps/resolve-objects.ts';
import { compareSchema } from '../../lib/steps/schema-compare.ts';
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
  /** Whether the version that it would take can read what the database holds; absent where it takes none. */
  readonly schema?: SchemaCheck;
}

/**
 * Reads records, revisions and, of the one it would take, the images and the schema; decides. Changes nothing.
 * `before`: the look before the lock was ours; a registry that was slow to answer is not asked again.
 */
export async function look(from: From, inputs: Inputs, ports: Ports, before?: Looked): Promise<Looked> {
  const { unreadable, ...facts } = await readPast(inputs.release, ports);
  const notes = [...(before?.notes ?? unreadable)];
  const answers = new Map<number, ImageFact>(before?.images);
  // Asked anew under the lock: a migration may have run while this run waited for it.
  const schemas = new Map<number, SchemaCheck>();
  const wishes = {
    from,
    to: inputs.to,
    by: ports.actor,
    force: inputs.force,
    // The second look is under the lock.
    locked: before !== undefined,
    images: ({ revision }: Candidate) => answers.get(revision),
    schema: ({ revision }: Candidate) => schemas.get(revision),
  };
  let decision = decide(facts, wishes);
  while (decision.kind === 'ask') {
    const { about, candidate } = decision;
    const { revision } = candidate;
    if (about === 'schema')
      schemas.set(revision, await compareSchema(recordsOfContent(facts, revision), ports));
    else {
      const { fact, unknown } = await imagesOf(candidate, inputs, ports);
      answers.set(revision, fact);
      notes.push(...unknown);
    }
    decision = decide(facts, wishes);
  }
  const [schema] = schemas.values();
  const looked = { facts, candidates: candidatesOf(facts), decision, notes, images: answers };
  return { ...looked, ...(schema === undefined ? {} : { schema }) };
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
    const why = messageOf(error);
    return {
      fact: 'unknown',
      unknown: [`the images of revision ${revision} could not be looked up: ${why}`],
    };
  }
}

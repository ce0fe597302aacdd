/** The way of an image out of quarantine: proven, signed, copied, tagged. */
import { TargetError } from '../../lib/domain/errors.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import type { TagPass } from '../../lib/steps/tag-images.ts';
import { reusableAt, trustOf } from './look.ts';
import { published, refused } from './outcome.ts';
import type { Known } from './outcome.ts';
import { factsOf, formatRepository, sourceTag } from './plan.ts';
import { copy, sign, tag } from './publish.ts';
import { scan, verify } from './quarantine.ts';
import type { Judged, Quarantined } from './quarantine.ts';
import type { BuildPushResult, MadeImage } from './result.ts';
import { shapeOf } from './shape.ts';
import { partlyTagged, withoutTag } from './untagged.ts';
import type { Work } from './work.ts';

/** Pushed by digest, by this run or an earlier one. */
export interface Candidate extends Pick<MadeImage, 'built' | 'why' | 'metadata'> {
  readonly digest: string;
  readonly repository: RepositoryRef;
  readonly sourceHash: string | undefined;
}

/** Steps 5 to 7. What is refused or breaks off leaves the image where it is, and names it. */
export async function release(candidate: Candidate, work: Work): Promise<BuildPushResult> {
  const ref = formatImageRef({ ...candidate.repository, digest: candidate.digest });
  try {
    const { image, made } = await inQuarantine(candidate, work);
    const proof = await prove(image, work);
    const known = { sourceHash: candidate.sourceHash, image: made, ...proof };
    const no = [proof.verified, proof.scanned].find(isRefusal);
    if (no !== undefined) return refused(work, known, no);
    const signed = await signOnce(image, candidate, work);
    const copiedBytes = await copyElsewhere(image, work);
    const pass = await tagEverywhere(image, candidate, work);
    if (pass.kind === 'tagged') return published(work, { ...known, signed }, { ...pass, copiedBytes });
    return await release(await takeOver(pass, candidate, work), work);
  } catch (error) {
    throw candidate.built === 'true' ? withoutTag(error, ref) : error;
  }
}

async function inQuarantine(
  { digest, repository, built, why, metadata }: Candidate,
  { ports: { registry, signal } }: Work,
): Promise<{ image: Quarantined; made: MadeImage }> {
  signal.throwIfAborted();
  const manifest = await registry.manifest({ ...repository, digest });
  if (manifest === undefined) throw gone(formatImageRef({ ...repository, digest }));
  const shape = await shapeOf(repository, manifest, registry);
  return { image: { repository, manifest }, made: { built, why, metadata, digest, repository, shape } };
}

const isRefusal = (judged: Judged | undefined): judged is Judged => judged?.outcome === 'fail';

/** The author's test, then the scan; what fails the first is not scanned. */
async function prove(
  image: Quarantined,
  { inputs, ports, phases }: Work,
): Promise<Pick<Known, 'verified' | 'scanned'>> {
  const { quarantine } = inputs;
  const verified =
    quarantine.verify.length === 0
      ? undefined
      : await phases.during('Verify', () => verify(image, inputs, ports), isRefusal);
  if (isRefusal(verified) || quarantine.scan.length === 0) return { verified };
  return { verified, scanned: await phases.during('Scan', () => scan(image, inputs, ports), isRefusal) };
}

async function signOnce(
  image: Quarantined,
  { built }: Candidate,
  { inputs, ports, phases }: Work,
): Promise<Known['signed']> {
  if (inputs.quarantine.sign === undefined) return undefined;
  return phases.during('Sign', () => sign(image, inputs, ports, built === 'true'));
}

/** The bytes that travelled. */
async function copyElsewhere(image: Quarantined, { inputs, ports, phases }: Work): Promise<number> {
  const here = formatRepository(image.repository);
  if (inputs.images.every((each) => formatRepository(each) === here)) return 0;
  return phases.during('Copy', () => copy(image, inputs, ports));
}

async function tagEverywhere(
  image: Quarantined,
  { built, sourceHash }: Candidate,
  { inputs, ports, plan, phases }: Work,
): Promise<TagPass> {
  const forSource =
    sourceHash === undefined || inputs.reuse === 'never'
      ? []
      : [{ tag: sourceTag(sourceHash), rule: 'overwrite' as const }];
  const tags = [...plan.tags, ...forSource];
  if (tags.length === 0) return { kind: 'tagged', tags: [], window: 0 };
  const reference = formatImageRef({ ...image.repository, digest: image.manifest.digest });
  // What was reused is meant by its bytes: a third build of the same source will not do.
  const facts = factsOf(plan, built === 'true' ? sourceHash : undefined);
  try {
    return await phases.during('Tag', () => tag(image, tags, facts, inputs, ports));
  } catch (error) {
    throw built === 'true' ? partlyTagged(error, reference) : error;
  }
}

/** Another run of the same source was faster: its image is the one, and ours stays without a tag. */
async function takeOver(
  { digest, ref }: TagPass & { readonly kind: 'reuse' },
  { sourceHash }: Candidate,
  { inputs, ports, plan }: Work,
): Promise<Candidate> {
  const image = await reusableAt(ref, digest, ports);
  const why = `another run built the same source at the same time: ${digest}`;
  ports.log.info(why);
  const trust = await trustOf(image, plan, inputs, ports);
  if (trust.kind === 'untrusted') throw taken(formatImageRef({ ...image.repository, digest }), trust.why);
  return { digest, repository: image.repository, built: 'reused', why, metadata: '', sourceHash };
}

const gone = (ref: string): TargetError =>
  new TargetError(`${ref} was there a moment ago and is gone; nothing was tagged`, {
    subject: ref,
    remedy: 'see what removes images from this registry, then run again',
  });

const taken = (ref: string, why: string): TargetError =>
  new TargetError(`another run wrote the tag first, and its image may not become a release: ${why}`, {
    subject: ref,
    remedy: 'let one run at a time write this tag (concurrency: in the workflow)',
  });

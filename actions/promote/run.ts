import type { Milliseconds } from '../../lib/domain/duration.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import { promotionSchema } from '../../lib/domain/promotion/record.ts';
import type { PromotionRecord } from '../../lib/domain/promotion/record.ts';
import { wordOf } from '../../lib/domain/promotion/requirements.ts';
import type { Answered } from '../../lib/domain/promotion/requirements.ts';
import { formatBytes } from '../../lib/domain/size.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { copyImage, planCopy } from '../../lib/steps/copy-image.ts';
import type { Copied, CopyPlan } from '../../lib/steps/copy-image.ts';
import { checkTags } from '../../lib/steps/images-tag/check.ts';
import type { CheckedTag } from '../../lib/steps/images-tag/check.ts';
import { inTheWay } from '../../lib/steps/images-tag/refusals.ts';
import { tagImages } from '../../lib/steps/tag-images.ts';
import type { TagOutcome } from '../../lib/steps/tag-images.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';
import { meetRequirements } from './require.ts';
import { findSource, nameOf, wantedTags } from './source.ts';
import type { Source, Wanted } from './source.ts';

export interface PromoteResult extends Result {
  readonly source: Source;
  readonly requirements: readonly Answered[];
  readonly copied: readonly Copied[];
  readonly tags: readonly TagOutcome[];
  /** The widest time between asking for a tag and the answer to its write; 0 when nothing was written. */
  readonly window: Milliseconds;
  /** What would be done; with dry-run only. */
  readonly plan: { readonly copies: readonly CopyPlan[]; readonly tags: readonly CheckedTag[] } | undefined;
  /** Empty with dry-run. */
  readonly recordFile: string;
  readonly duration: Milliseconds;
}

/** Takes an image to other repositories and tags as the same bytes, when all that is required of it is known. */
export async function promote(inputs: Inputs, ports: Ports): Promise<PromoteResult> {
  const { clock, log, registry } = ports;
  const startedAt = clock.now();
  const source = await findSource(inputs.source, ports);
  const wanted = wantedTags(source, inputs);

  const requirements = await log.group('What is required of it', () => asked(source, inputs, ports));
  // Before anything is copied: a tag in the way stops the promotion while there is nothing to clean up.
  const checked = await checkTags(inputs.destinations, wanted.tags, wanted.image, registry);
  const refused = inTheWay(checked);
  if (refused !== undefined) throw refused;

  const found = { source, requirements };
  const done = inputs.dryRun
    ? await planned(source, checked, inputs, ports)
    : await carriedOut(source, wanted, requirements, inputs, ports);
  return { result: 'success', ...found, ...done, duration: clock.now() - startedAt };
}

async function asked(source: Source, inputs: Inputs, ports: Ports): Promise<readonly Answered[]> {
  const answered = await meetRequirements(source, inputs, ports);
  for (const { requirement, answer } of answered)
    if (answer.met) ports.log.info(`${wordOf(requirement)}: ${answer.evidence}`);
  if (answered.length === 0) ports.log.info('nothing: require is empty');
  return answered;
}

type Done = Pick<PromoteResult, 'reason' | 'copied' | 'tags' | 'window' | 'plan' | 'recordFile'>;

async function planned(
  { ref, digest, manifest }: Source,
  tags: readonly CheckedTag[],
  { destinations }: Inputs,
  ports: Ports,
): Promise<Done> {
  const copies = await planCopy({ from: ref, digest, manifest, to: destinations }, ports);
  for (const { to, bytes, manifests, blobs } of copies)
    ports.log.info(
      `${nameOf(to)}: ${manifests} manifests, ${blobs} blobs, at most ${formatBytes(bytes)} through this runner`,
    );
  for (const { ref: tag, decision } of tags) ports.log.info(`${formatImageRef(tag)}: ${decision.kind}`);
  const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0);
  return {
    reason: `would promote ${short(digest)} to ${places(destinations)}, moving at most ${formatBytes(bytes)}`,
    copied: [],
    tags: [],
    window: 0,
    plan: { copies, tags },
    recordFile: '',
  };
}

async function carriedOut(
  source: Source,
  { tags: names, image }: Wanted,
  requirements: readonly Answered[],
  inputs: Inputs,
  ports: Ports,
): Promise<Done> {
  const { log } = ports;
  const { ref, digest, manifest } = source;
  const copied = await log.group('Copy', async () => {
    const copies = await copyImage({ from: ref, digest, manifest, to: inputs.destinations }, ports);
    for (const each of copies) log.info(copyLine(each));
    for (const note of copies.flatMap(({ notes }) => notes)) log.warn(note);
    return copies;
  });
  const pass = await log.group('Tag', async () => {
    const passed = await tagImages(
      { repositories: inputs.destinations, tags: names, image, manifest },
      ports,
    );
    if (passed.kind === 'reuse') throw new Error('another build was offered, though these bytes are meant');
    for (const each of passed.tags) log.info(tagLine(each));
    return passed;
  });
  const record = recordOf(source, pass.tags, requirements, inputs, ports);
  return {
    reason: reasonOf(digest, copied, pass.tags, inputs),
    copied,
    tags: pass.tags,
    window: pass.window,
    plan: undefined,
    recordFile: ports.files.keep('promotion.json', `${JSON.stringify(record, undefined, 2)}\n`),
  };
}

function recordOf(
  { ref, digest, facts }: Source,
  tags: readonly TagOutcome[],
  requirements: readonly Answered[],
  { source, destinations }: Inputs,
  { actor, clock }: Ports,
): PromotionRecord {
  return {
    schema: promotionSchema,
    asked: formatImageRef(source),
    source: formatImageRef(ref),
    digest,
    destinations: destinations.map(nameOf),
    tags: tags.map(({ ref: tag, ...rest }) => ({ ref: formatImageRef(tag), ...rest })),
    requirements: requirements.flatMap(({ requirement, answer }) =>
      answer.met ? [{ requirement: wordOf(requirement), evidence: answer.evidence }] : [],
    ),
    facts,
    by: actor,
    at: new Date(clock.now()).toISOString(),
  };
}

function reasonOf(
  digest: string,
  copied: readonly Copied[],
  tags: readonly TagOutcome[],
  { destinations }: Inputs,
): string {
  const changed =
    copied.some(({ manifests }) => manifests > 0) || tags.some(({ outcome }) => outcome === 'written');
  const stayed = tags.filter(({ outcome }) => outcome === 'stayed').map(({ ref }) => ref.tag);
  const but = stayed.length === 0 ? '' : `; ${[...new Set(stayed)].join(', ')} stayed`;
  const what = changed ? 'is in' : 'was already in';
  return `${short(digest)} ${what} ${places(destinations)}${but}`;
}

const places = (destinations: Inputs['destinations']): string =>
  destinations.length === 1 ? destinations.map(nameOf).join('') : `${destinations.length} repositories`;

const short = (digest: string): string => digest.slice(0, 19);

const copyLine = ({ to, manifests, mounted, copied, present, bytes }: Copied): string =>
  manifests === 0
    ? `${nameOf(to)} has it`
    : `${nameOf(to)}: ${manifests} manifests; blobs: ${mounted} mounted, ${copied} copied (${formatBytes(bytes)}), ${present} there`;

function tagLine({ ref, outcome, digest, before, why }: TagOutcome): string {
  const name = formatImageRef(ref);
  if (outcome === 'stayed') return `${name} stays${digest === undefined ? ' away' : ` at ${digest}`}: ${why}`;
  if (outcome === 'already') return `${name} stands for it already`;
  return `${name} written${before === undefined ? '' : `; it stood for ${before}`}`;
}

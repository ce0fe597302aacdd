/** From an image that nobody can find to one that bears its tags, in every registry. */
import { TargetError } from '../../lib/domain/errors.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { ImageFacts } from '../../lib/domain/tags/facts.ts';
import type { WantedTag } from '../../lib/domain/tags/guard.ts';
import { copyImage } from '../../lib/steps/copy-image.ts';
import { checkTags } from '../../lib/steps/images-tag/check.ts';
import { tagImages } from '../../lib/steps/tag-images.ts';
import type { TagOutcome, TagPass } from '../../lib/steps/tag-images.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';
import type { Quarantined } from './quarantine.ts';
import { retrying } from '../../lib/steps/retrying.ts';
import { signedBy } from './signer.ts';

/** Signs the digest once, whatever tags come to it; what bears the signature already is left as it is. */
export async function sign(
  image: Quarantined,
  inputs: Inputs,
  ports: Ports,
  fresh: boolean,
): Promise<'now' | 'before'> {
  const { signer, log, signal } = ports;
  const key = inputs.quarantine.sign;
  if (key === undefined) throw new Error('asked to sign without a signer');
  const { repository, manifest } = image;
  const ref = { ...repository, digest: manifest.digest };
  log.info(`cosign ${await signer.version()}`);
  if (!fresh && (await signedBy({ repository, digest: manifest.digest }, inputs, ports)) === true)
    return 'before';
  await retrying('sign', () => signer.sign(ref, key, signal), inputs.retries, ports);
  return 'now';
}

/** The same bytes in every other repository, asked for once more at the end. Returns the bytes that travelled. */
export async function copy(
  { repository, manifest }: Quarantined,
  inputs: Inputs,
  ports: Ports,
): Promise<number> {
  const { registry, log, signal } = ports;
  const { digest } = manifest;
  const copied = await retrying(
    'copy',
    () => copyImage({ from: repository, digest, to: inputs.images }, { registry, signal }),
    inputs.retries,
    ports,
  );
  for (const place of inputs.images) {
    const there = await registry.head({ ...place, digest });
    if (there?.digest !== digest) throw notThere(formatImageRef({ ...place, digest }));
  }
  for (const each of copied.filter(({ manifests }) => manifests > 0))
    log.info(
      `${each.to.registry}/${each.to.repository}: ${each.bytes} bytes sent, ${each.mounted} layers mounted`,
    );
  return copied.reduce((sum, { bytes }) => sum + bytes, 0);
}

const notThere = (subject: string): TargetError =>
  new TargetError(`${subject} is not there after it was pushed; nothing was tagged`, {
    subject,
    remedy: 'see whether the registry removes untagged images at once, then run again',
  });

/** `facts` with a source hash: another run's build of the same source will do. */
export async function tag(
  { manifest }: Quarantined,
  tags: readonly WantedTag[],
  facts: ImageFacts,
  inputs: Inputs,
  ports: Ports,
): Promise<TagPass> {
  const { registry, clock, signal } = ports;
  const { digest } = manifest;
  const request = { repositories: inputs.images, tags, image: { digest, facts }, manifest };
  try {
    const pass = await retrying(
      'tag',
      () => tagImages(request, { registry, clock, signal }),
      inputs.retries,
      ports,
    );
    for (const each of pass.kind === 'tagged' ? pass.tags : []) ports.log.info(said(each));
    return pass;
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const other = await anotherBuild(tags, { digest, facts }, inputs, ports);
    if (other === undefined) throw error;
    return other;
  }
}

const said = ({ ref, outcome, digest = 'nothing', why }: TagOutcome): string =>
  `${formatImageRef(ref)} ${outcome === 'stayed' ? 'stays at' : 'is'} ${digest}${why === undefined ? '' : `: ${why}`}`;

/** A race was lost: was it to another build of the same source, and is nothing else in the way? */
async function anotherBuild(
  tags: readonly WantedTag[],
  image: { readonly digest: string; readonly facts: ImageFacts },
  inputs: Inputs,
  { registry }: Ports,
): Promise<TagPass | undefined> {
  const checked = await checkTags(inputs.images, tags, image, registry);
  if (checked.some(({ decision }) => decision.kind === 'in-the-way')) return undefined;
  const reused = checked.find(({ decision }) => decision.kind === 'reuse');
  return reused?.decision.kind === 'reuse'
    ? { kind: 'reuse', digest: reused.decision.digest, ref: reused.ref }
    : undefined;
}

/** What the registry has already: what is in the way, and what need not be built again. */
import { TargetError } from '../../lib/domain/errors.ts';
import { tooOld, trustIn } from '../../lib/domain/build/trust.ts';
import type { Trust } from '../../lib/domain/build/trust.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import type { ImageFacts } from '../../lib/domain/tags/facts.ts';
import { floatingKind } from '../../lib/domain/tags/floating.ts';
import { imageFacts } from '../../lib/steps/image-facts.ts';
import { checkTags } from '../../lib/steps/images-tag/check.ts';
import type { CheckedTag } from '../../lib/steps/images-tag/check.ts';
import { inTheWay } from '../../lib/steps/images-tag/refusals.ts';
import type { Inputs } from './inputs.ts';
import { factsOf, formatRepository, sourceTag } from './plan.ts';
import type { Plan } from './plan.ts';
import type { Ports } from './ports.ts';
import { signedBy } from './signer.ts';
import type { Source } from './source.ts';

export interface Reusable {
  readonly digest: string;
  readonly repository: RepositoryRef;
  readonly facts: ImageFacts;
}

export type Found = { readonly checked: readonly CheckedTag[] } & (
  | { readonly kind: 'make'; readonly why: string }
  | { readonly kind: 'reuse'; readonly image: Reusable; readonly why: string }
);

/** Throws TargetError when a tag is taken by another image: before anything is built. */
export async function look(plan: Plan, source: Source, inputs: Inputs, ports: Ports): Promise<Found> {
  const { images, push, reuse } = inputs;
  const [primary] = images;
  if (!push || primary === undefined) return { kind: 'make', checked: [], why: 'nothing is pushed' };
  const { registry, log } = ports;
  const checked = await checkTags(images, plan.tags, { facts: factsOf(plan, source.hash) }, registry);
  const refused = inTheWay(checked);
  if (refused !== undefined) throw refused;
  for (const each of checked) log.info(`${formatRepository(each.ref)}:${each.wanted.tag} ${said(each)}`);
  for (const { ref, wanted } of checked.filter((each) => isStuck(each, plan)))
    log.warn(
      `${formatRepository(ref)}:${wanted.tag} never moves again, for a pattern of immutable fits it: write {major} or {major}.{minor} for a tag that follows the newest version`,
    );

  const taken = checked.find(({ decision }) => decision.kind === 'reuse');
  if (taken?.decision.kind === 'reuse') {
    const image = await reusableAt(taken.ref, taken.decision.digest, ports);
    const trust = await trustOf(image, plan, inputs, ports);
    if (trust.kind === 'untrusted') throw untrustedTag(taken, trust.why);
    return { kind: 'reuse', checked, image, why: `${taken.wanted.tag} stands for the same source` };
  }
  if (reuse === 'never') return { kind: 'make', checked, why: 'reuse is never' };
  if (source.hash === undefined) return { kind: 'make', checked, why: `no source hash: ${source.why ?? ''}` };
  return { ...(await bySourceTag(source.hash, primary, plan, inputs, ports)), checked };
}

/** `v1` fits `v*`: it is written now, and in the way of the next version. */
const isStuck = ({ wanted, decision }: CheckedTag, { origin }: Plan): boolean =>
  decision.kind === 'write' &&
  wanted.rule === 'immutable' &&
  floatingKind(wanted.tag, origin.version) === 'series';

type BySource =
  | { readonly kind: 'make'; readonly why: string }
  | { readonly kind: 'reuse'; readonly image: Reusable; readonly why: string };

async function bySourceTag(
  hash: string,
  primary: RepositoryRef,
  plan: Plan,
  inputs: Inputs,
  ports: Ports,
): Promise<BySource> {
  const { registry, clock } = ports;
  const tag = sourceTag(hash);
  const found = await registry.head({ ...primary, tag });
  if (found === undefined) return { kind: 'make', why: `there is no ${tag}` };
  const image = await reusableAt(primary, found.digest, ports);
  const not = (why: string): BySource => ({ kind: 'make', why: `${tag} is not reused: ${why}` });
  // Only 40 of 64 digits are in the tag, and anybody who may push can have put it there.
  if (image.facts.sourceHash !== hash) return not('it was built from another source');
  const old = tooOld(image.facts, { now: clock.now(), maxAge: inputs.maxAge });
  if (old !== undefined) return not(old);
  const trust = await trustOf(image, plan, inputs, ports);
  if (trust.kind === 'untrusted') return not(trust.why);
  return { kind: 'reuse', image, why: `${tag} was built from the same source; ${trust.why}` };
}

/** The image behind a digest, with what it says of itself. */
export async function reusableAt(
  { registry: host, repository }: RepositoryRef,
  digest: string,
  { registry }: Pick<Ports, 'registry'>,
): Promise<Reusable> {
  const place = { registry: host, repository };
  return { digest, repository: place, facts: await imageFacts({ ...place, digest }, registry) };
}

/** Also of an image that a race with another run has brought up. */
export async function trustOf(image: Reusable, plan: Plan, inputs: Inputs, ports: Ports): Promise<Trust> {
  const signed = plan.release ? await signedBy(image, inputs, ports) : undefined;
  return trustIn(
    { facts: image.facts, signed },
    { ref: plan.origin.ref, refs: inputs.reuseFrom, release: plan.release },
  );
}

const untrustedTag = ({ ref, decision }: CheckedTag, why: string): TargetError =>
  new TargetError(`${formatRepository(ref)}:${ref.tag ?? ''} may not become a release; nothing was built`, {
    subject: `${formatRepository(ref)}:${ref.tag ?? ''}`,
    remedy:
      'the tag is immutable and stands for the same source: name the ref that built it under reuse-from, or take other tags for this release',
    details: [
      ['there', 'digest' in decision ? (decision.digest ?? '') : ''],
      ['why', why],
    ],
  });

function said({ decision, wanted }: CheckedTag): string {
  if (decision.kind === 'write')
    return decision.over === undefined ? 'is free' : `may move; it stands for ${decision.over}`;
  if (decision.kind === 'stay') return `stays: ${decision.why}`;
  if (decision.kind === 'reuse') return `stands for the same source: ${decision.digest}`;
  return `(${wanted.rule}) is ${decision.digest}`;
}

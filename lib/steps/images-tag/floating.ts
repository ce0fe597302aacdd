/**
 * After a floating tag was written: whoever wrote it at the same time, the newest must be where it points. Of two runs
 * each asks again after its own write, so whichever asks last puts right what the other could not see.
 */
import compare from 'semver/functions/compare.js';
import type { ImageRef } from '../../domain/image-ref.ts';
import { floatingKind, highest } from '../../domain/tags/floating.ts';
import type { WantedImage, WantedTag } from '../../domain/tags/guard.ts';
import type { RegistryStore, StoredManifest } from '../../ports/registry-store.ts';
import { checkTag } from './check.ts';
import { lostRace } from './refusals.ts';

export type Settled =
  | { readonly kind: 'ours' }
  /** Another image has it, and rightly. */
  | { readonly kind: 'theirs'; readonly digest: string; readonly why: string };

/** Two runs that keep overwriting each other stop after so many turns: one of them must then be in the wrong. */
const turns = 3;

/** `listed`: the tags of the repository, asked for after the write. Throws TargetError when the tag does not come to rest. */
export async function settleFloating(
  ref: ImageRef,
  wanted: WantedTag,
  image: WantedImage & { readonly digest: string },
  manifest: StoredManifest,
  listed: readonly string[],
  registry: RegistryStore,
): Promise<Settled> {
  let theirs: string | undefined;
  for (let turn = 0; turn < turns; turn++) {
    const others = turn === 0 ? listed : ((await registry.tags(ref)) ?? []);
    const { decision } = await checkTag(ref, wanted, image, others, registry);
    if (decision.kind === 'already') return aHigherOne(ref, image, others, registry);
    if (decision.kind === 'stay' && decision.digest !== undefined)
      return { kind: 'theirs', digest: decision.digest, why: decision.why };
    theirs = decision.kind === 'write' ? decision.over : undefined;
    if (decision.kind !== 'write') break;
    // An older one came in between: ours is the newer, so it is written again.
    await registry.putManifest(ref, manifest);
  }
  throw lostRace(ref, image.digest, theirs);
}

/** A higher release whose own `latest` we have just overwritten: its tag is there, so its bytes go back under this one. */
async function aHigherOne(
  ref: ImageRef,
  { facts }: WantedImage,
  others: readonly string[],
  registry: RegistryStore,
): Promise<Settled> {
  const tag = ref.tag ?? '';
  const kind = floatingKind(tag, facts.version);
  const top = kind === 'environment' ? undefined : highest(others, tag, kind);
  if (top === undefined || facts.version === undefined || compare(top, facts.version) <= 0)
    return { kind: 'ours' };
  const { registry: host, repository } = ref;
  const name = others.find((other) => other.replace(/^v/, '') === top.version.replace('+', '_'));
  const higher =
    name === undefined ? undefined : await registry.manifest({ registry: host, repository, tag: name });
  if (higher === undefined) return { kind: 'ours' };
  await registry.putManifest(ref, higher);
  return { kind: 'theirs', digest: higher.digest, why: `${top.version} was released meanwhile` };
}

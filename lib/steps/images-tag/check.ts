/** What each tag stands for now, and what that means for the one who wants to write it. */
import type { ImageRef } from '../../domain/image-ref.ts';
import { guard, isFloating, needsFacts } from '../../domain/tags/guard.ts';
import type { SeenTag, TagDecision, WantedImage, WantedTag } from '../../domain/tags/guard.ts';
import type { RegistryStore, RepositoryRef } from '../../ports/registry-store.ts';
import { imageFacts } from '../image-facts.ts';

export type TagReads = Pick<RegistryStore, 'head' | 'manifest' | 'blob' | 'tags'>;

export interface CheckedTag {
  /** Repository and tag. */
  readonly ref: ImageRef;
  readonly wanted: WantedTag;
  readonly decision: TagDecision;
  /** The tags of the repository; listed for floating tags only. */
  readonly others: readonly string[];
}

/** Every tag in every repository, at once. Changes nothing; before a build the image's digest is left out. */
export function checkTags(
  repositories: readonly RepositoryRef[],
  tags: readonly WantedTag[],
  image: WantedImage,
  registry: TagReads,
): Promise<readonly CheckedTag[]> {
  const all = repositories.map(async (repository) => {
    // One listing for all floating tags of a repository; the others need none.
    const others = tags.some((wanted) => isFloating(wanted, image))
      ? ((await registry.tags(repository)) ?? [])
      : [];
    return Promise.all(tags.map((wanted) => checkTag(repository, wanted, image, others, registry)));
  });
  return Promise.all(all).then((checked) => checked.flat());
}

export async function checkTag(
  { registry: host, repository }: RepositoryRef,
  wanted: WantedTag,
  image: WantedImage,
  others: readonly string[],
  registry: TagReads,
): Promise<CheckedTag> {
  const ref = { registry: host, repository, tag: wanted.tag };
  const found = await registry.head(ref);
  const seen = found && (await withFacts(ref, found.digest, wanted, image, registry));
  return { ref, wanted, decision: guard(wanted, image, seen, others), others };
}

/** The facts of the digest that was seen, whatever the tag stands for by now. */
async function withFacts(
  { registry: host, repository }: ImageRef,
  digest: string,
  wanted: WantedTag,
  image: WantedImage,
  registry: TagReads,
): Promise<SeenTag> {
  if (digest === image.digest || !needsFacts(wanted, image)) return { digest };
  return { digest, facts: await imageFacts({ registry: host, repository, digest }, registry) };
}

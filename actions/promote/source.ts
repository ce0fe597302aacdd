import { ConfigurationError, TargetError } from '../../lib/domain/errors.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import { formatImageRef } from '../../lib/domain/image-ref.ts';
import type { ImageRef } from '../../lib/domain/image-ref.ts';
import type { RepositoryRef, StoredManifest } from '../../lib/domain/oci/types.ts';
import type { ImageFacts } from '../../lib/domain/tags/facts.ts';
import { ruleFor } from '../../lib/domain/tags/guard.ts';
import type { WantedImage, WantedTag } from '../../lib/domain/tags/guard.ts';
import { patternOf } from '../../lib/domain/tags/patterns.ts';
import { resolveTag, tagValues } from '../../lib/domain/tags/template.ts';
import { imageFacts } from '../../lib/steps/image-facts.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './ports.ts';

/** What is promoted: settled at the beginning, whatever its tag stands for later. */
export interface Source {
  /** Repository and digest, without the tag. */
  readonly ref: ImageRef & { readonly digest: string };
  readonly digest: string;
  readonly manifest: StoredManifest;
  readonly facts: ImageFacts;
}

/** Throws TargetError when it is not there, or when a name with both tag and digest means two images. */
export async function findSource(asked: ImageRef, { registry, log }: Ports): Promise<Source> {
  const { registry: host, repository, tag, digest: pinned } = asked;
  const manifest = await registry.manifest(asked);
  if (manifest === undefined)
    throw new TargetError(`${formatImageRef(asked)} is not there`, {
      subject: formatImageRef(asked),
      remedy:
        'give the output ref or digest of the step that built it; without a login a private one looks absent',
    });
  const { digest } = manifest;
  const ref = { registry: host, repository, digest };
  if (pinned === undefined) log.info(`${formatImageRef(asked)} stands for ${digest}; that is promoted`);
  else if (tag !== undefined) log.info(`${formatImageRef(ref)} is promoted; the tag ${tag} is not looked at`);
  return { ref, digest, manifest, facts: await imageFacts(ref, registry, manifest) };
}

export interface Wanted {
  readonly tags: readonly WantedTag[];
  readonly image: WantedImage & { readonly digest: string };
}

/**
 * The tags as they will be. `{version}` and `{sha}` come from the image where the workflow does not say them; the commit
 * of the run may be another one. Throws ConfigurationError for those that cannot be filled in.
 */
export function wantedTags({ digest, facts }: Source, inputs: Inputs): Wanted {
  const version = inputs.facts.version ?? facts.version?.replace(/^v(?=\d)/, '');
  const sha = facts.revision ?? inputs.facts.sha;
  const values = tagValues({
    ...inputs.facts,
    ...(version === undefined ? {} : { version }),
    ...(sha === undefined ? {} : { sha }),
  });
  const faults: Fault[] = [];
  const names = inputs.tags.flatMap((template) => {
    const resolved = resolveTag(template, values);
    if (resolved.kind === 'tag') return [resolved.tag];
    faults.push({ input: 'tags', value: JSON.stringify(template), problem: resolved.problem });
    return [];
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
  const isImmutable = (tag: string): boolean => patternOf(tag, inputs.immutable) !== undefined;
  const tags = [...new Set(names)].map((tag) => ({
    tag,
    rule: ruleFor(tag, { isImmutable, ifExists: inputs.ifExists }),
  }));
  // These very bytes are meant: another build of the same source is another image here.
  const { sourceHash: _, ...others } = facts;
  return { tags, image: { digest, facts: { ...others, ...(version === undefined ? {} : { version }) } } };
}

export const nameOf = ({ registry, repository }: RepositoryRef): string => `${registry}/${repository}`;

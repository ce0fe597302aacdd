/** What this run is to make, as far as it is known before anything is asked. */
import { ConfigurationError } from '../../lib/domain/errors.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import type { Origin } from '../../lib/domain/build/labels.ts';
import { isReleaseTag } from '../../lib/domain/build/trust.ts';
import type { RepositoryRef } from '../../lib/domain/oci/types.ts';
import type { Actor } from '../../lib/domain/record/types.ts';
import type { ImageFacts } from '../../lib/domain/tags/facts.ts';
import { ruleFor } from '../../lib/domain/tags/guard.ts';
import type { WantedTag } from '../../lib/domain/tags/guard.ts';
import { patternOf } from '../../lib/domain/tags/patterns.ts';
import { resolveTag, tagValues } from '../../lib/domain/tags/template.ts';
import type { Commit } from '../../lib/ports/git.ts';
import type { Inputs } from './inputs.ts';

export interface Plan {
  /** The first is the one by which people call it. */
  readonly tags: readonly WantedTag[];
  /** A release is found by one of the tags. */
  readonly release: boolean;
  /** Without the source hash, which is not known yet. */
  readonly origin: Omit<Origin, 'sourceHash'>;
}

/**
 * A tag with `{sha}` names the commit that is checked out, whatever the run was started for. Throws ConfigurationError
 * when a tag is none with it.
 */
export function planOf(inputs: Inputs, commit: Commit | undefined, actor: Actor, now: number): Plan {
  const values = tagValues({ ...inputs.facts, ...(commit === undefined ? {} : { sha: commit.sha }) });
  const faults: Fault[] = [];
  const tags = inputs.tags.flatMap((template) => {
    const resolved = resolveTag(template, values);
    const problem = resolved.kind === 'tag' ? anotherCommit(resolved.tag, commit?.sha) : resolved.problem;
    if (problem !== undefined) faults.push({ input: 'tags', value: JSON.stringify(template), problem });
    return resolved.kind === 'tag' ? [resolved.tag] : [];
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
  const { immutable, ifExists } = inputs;
  const isImmutable = (tag: string): boolean => patternOf(tag, immutable) !== undefined;
  return {
    tags: tags.map((tag) => ({ tag, rule: ruleFor(tag, { isImmutable, ifExists }) })),
    release: tags.some(isReleaseTag),
    origin: {
      source: actor.repository === '' ? '' : `${inputs.server}/${actor.repository}`,
      commit: commit?.sha ?? actor.sha,
      committedAt: commit?.date,
      version: inputs.facts.version,
      ref: actor.ref,
      run: `${actor.repository}/${actor.run}/${actor.attempt}`,
      builtAt: new Date(now).toISOString(),
    },
  };
}

/** A tag that plan-release made for one commit, in a job that has checked out another. */
function anotherCommit(tag: string, checkedOut: string | undefined): string | undefined {
  const named = /^sha-([0-9a-f]{7,64})$/.exec(tag)?.[1];
  return named === undefined || checkedOut === undefined || checkedOut.startsWith(named)
    ? undefined
    : `names another commit than the one that is checked out, ${checkedOut}: give actions/checkout its ref`;
}

/** The same, as tags are compared by. */
export function factsOf({ origin }: Plan, sourceHash: string | undefined): ImageFacts {
  const facts: { -readonly [Name in keyof ImageFacts]: string | undefined } = {
    sourceHash,
    version: origin.version,
    created: origin.committedAt,
    revision: origin.commit,
    ref: origin.ref,
    run: origin.run,
    builtAt: origin.builtAt,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== ''));
}

/** The tag under which the next run finds what this source became. */
export const sourceTag = (hash: string): string => `src-${hash.slice(0, 40)}`;

export const formatRepository = ({ registry, repository }: RepositoryRef): string =>
  `${registry}/${repository}`;

/** Labels as a map: the annotations of an index. */
export const asAnnotations = (labels: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    labels.map((label) => {
      const at = label.indexOf('=');
      return [label.slice(0, at), label.slice(at + 1)];
    }),
  );

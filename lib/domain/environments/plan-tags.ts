/** The image's tags: an environment's templates filled in. */
import type { Fault } from '../errors.ts';
import { resolveTag, tagValues } from '../tags/template.ts';
import { usualTags } from './defaults.ts';
import type { Occasion, RunFacts } from './occasion.ts';
import type { Environment } from './types.ts';
import type { Version } from './version.ts';

export interface PlannedTags {
  /** Literal, each once, the primary one first. Not to be used with faults. */
  readonly tags: readonly string[];
  readonly faults: readonly Fault[];
}

/** The same for every attempt of a run, so that a re-run finds what it built, unless a template says `{run_attempt}`. */
export function planTags(
  environment: Environment,
  { version, from }: Version,
  { branch, tag, sha }: Occasion,
  { runId, runAttempt }: Pick<RunFacts, 'runId' | 'runAttempt'>,
): PlannedTags {
  const values = tagValues({
    env: environment.name,
    runId,
    runAttempt,
    sha,
    version,
    ...(branch === undefined ? {} : { branch }),
    ...(tag === undefined ? {} : { tag }),
  });
  const templates = environment.tags ?? usualTags(environment, from);
  const resolved = templates.map((template) => ({ template, ...resolveTag(template, values) }));
  return {
    tags: [...new Set(resolved.flatMap((each) => (each.kind === 'tag' ? [each.tag] : [])))],
    faults: resolved.flatMap((each) =>
      each.kind === 'tag'
        ? []
        : [
            {
              input: `environments.${environment.name}.tags`,
              value: JSON.stringify(each.template),
              problem: each.problem,
            },
          ],
    ),
  };
}

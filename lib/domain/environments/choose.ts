/** Which environment a run is for. */
import type { Fault } from '../errors.ts';
import { closest } from '../suggest.ts';
import type { Occasion } from './occasion.ts';
import type { Environment } from './types.ts';
import { isPreRelease, versionOfTag } from './version-tag.ts';

export type Choice =
  | { readonly kind: 'release'; readonly environment: Environment; readonly why: string }
  /** Nothing is to be released, and that is fine. */
  | { readonly kind: 'stay'; readonly why: string }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** `asked`: the environment that input `environment` names, empty where the ref decides. `file`: its path, for the fault. */
export function chooseEnvironment(
  environments: readonly Environment[],
  occasion: Occasion,
  asked: string,
  file: string,
): Choice {
  const named = environments.find(({ name }) => name === asked);
  if (asked !== '' && named === undefined) return unknownName(environments, asked, file);
  if (occasion.never !== undefined) return { kind: 'stay', why: occasion.never };
  if (named !== undefined)
    return { kind: 'release', environment: named, why: `${occasion.says}, asked for by name` };
  if (occasion.onlyByName !== undefined) return { kind: 'stay', why: occasion.onlyByName };
  return byRef(environments, occasion, file);
}

function unknownName(environments: readonly Environment[], asked: string, file: string): Choice {
  const names = environments.map(({ name }) => name);
  const near = closest(asked, names);
  const advice = near === undefined ? `${file} has ${names.join(', ')}` : `did you mean ${near}?`;
  const problem = `is no environment; ${advice}`;
  return { kind: 'fault', fault: { input: 'environment', value: JSON.stringify(asked), problem } };
}

function byRef(environments: readonly Environment[], occasion: Occasion, file: string): Choice {
  const fitting = environments.filter((each) => fits(each, occasion));
  const taking = fitting.filter((each) => refusedTag(each, occasion) === undefined);
  const [environment, ...others] = taking;
  if (environment === undefined) {
    const refusal = fitting.map((each) => refusedTag(each, occasion)).find((why) => why !== undefined);
    return { kind: 'stay', why: refusal ?? noneFits(environments, occasion) };
  }
  if (others.length === 0) return { kind: 'release', environment, why: occasion.says };
  const names = taking.map((each) => `${each.name} (${patternsOf(each, occasion).join(', ')})`).join(' and ');
  const fault = {
    input: file,
    value: occasion.says,
    problem: `fits ${names}; narrow one of them, or take the ref away with a leading !`,
  };
  return { kind: 'fault', fault };
}

const fits = ({ branches, gitTags }: Environment, { branch, tag }: Occasion): boolean =>
  tag === undefined ? branch !== undefined && branches.matches(branch) : gitTags.matches(tag);

const patternsOf = ({ branches, gitTags }: Environment, { tag }: Occasion): readonly string[] =>
  (tag === undefined ? branches : gitTags).patterns;

/** A tag that fits the pattern and yet is not what the environment takes. */
function refusedTag(
  { name, versions }: Environment,
  { tag, markedPreRelease }: Occasion,
): string | undefined {
  if (tag === undefined || versions === 'any') return undefined;
  const version = versionOfTag(tag);
  if (version === undefined) return `tag ${tag} is no semantic version, and ${name} takes those only: v1.4.2`;
  if (versions === 'semver') return undefined;
  if (isPreRelease(version)) return `tag ${tag} is a pre-release, and ${name} takes releases only`;
  return markedPreRelease === true
    ? `the GitHub release of ${tag} is marked as a pre-release, and ${name} takes releases only`
    : undefined;
}

function noneFits(environments: readonly Environment[], occasion: Occasion): string {
  const kind = occasion.tag === undefined ? 'branches' : 'tags';
  const taken = environments
    .filter((each) => patternsOf(each, occasion).length > 0)
    .map((each) => `${each.name}: ${patternsOf(each, occasion).join(', ')}`);
  const known = taken.length === 0 ? `no environment takes ${kind}` : taken.join('; ');
  return `${occasion.says} belongs to no environment (${known})`;
}

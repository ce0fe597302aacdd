/** Tags with places to fill in: `{env}-{run_id}`, `v{version}`, `{major}.{minor}`. */
import parse from 'semver/functions/parse.js';
import { closest } from '../suggest.ts';
import { tagPart, tagProblem, withoutPlus } from './valid.ts';

/** Every place that a template may have. */
export const tagFields = [
  'env',
  'run_id',
  'run_attempt',
  'sha',
  'short_sha',
  'version',
  'major',
  'minor',
  'branch',
  'tag',
] as const;
export type TagField = (typeof tagFields)[number];

/** What the places become; one that is not there has no value in this run. Made by `tagValues`. */
export type TagValues = Readonly<Partial<Record<TagField, string>>>;

/** What is known of the run; leave out what is not (a branch has no `tag`). */
export interface TagFacts {
  readonly env?: string;
  readonly runId?: string;
  readonly runAttempt?: string;
  /** The whole commit, hex. */
  readonly sha?: string;
  /** A semantic version without `v`. */
  readonly version?: string;
  /** As git has it, `feature/cart`. */
  readonly branch?: string;
  /** As git has it, `v1.4.2`. */
  readonly tag?: string;
}

/** Long enough to stay unique in a large repository, where the usual seven are not. */
const shortSha = 12;

/** The values of all places, in the letters that a tag can hold: `feature/X` → `feature-X`, `1.4.2+7` → `1.4.2_7`. */
export function tagValues(facts: TagFacts): TagValues {
  const version = parse(facts.version ?? '');
  const values: Record<TagField, string | undefined> = {
    env: facts.env,
    run_id: facts.runId,
    run_attempt: facts.runAttempt,
    sha: facts.sha,
    short_sha: facts.sha?.slice(0, shortSha),
    version: facts.version === undefined ? undefined : withoutPlus(facts.version),
    major: version === null ? undefined : String(version.major),
    minor: version === null ? undefined : String(version.minor),
    branch: facts.branch === undefined ? undefined : tagPart(facts.branch),
    tag: facts.tag === undefined ? undefined : tagPart(facts.tag),
  };
  const known = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(known);
}

const place = /\{([^{}]*)\}/g;
const isField = (name: string): name is TagField => (tagFields as readonly string[]).includes(name);

/** The places of a template, in order; unknown names are left out. */
export const fieldsOf = (template: string): TagField[] =>
  [...template.matchAll(place)].flatMap(([, name = '']) => (isField(name) ? [name] : []));

/** Whether a filled-in template could be a tag at all: known places, and between them letters that a tag can hold. */
export function templateProblem(template: string): string | undefined {
  if (template === '') return 'is empty';
  if (/^(type|event|pattern|enable|priority|prefix|suffix)=/.test(template))
    return 'is in the language of docker/metadata-action; write what the tag is to be: v{version}, {branch}, latest';
  if (/\{\{.*\}\}/.test(template)) return 'has double braces; write {version}, with one pair';
  const named = namesProblem([...template.matchAll(place)].map(([, name = '']) => name));
  if (named !== undefined) return named;
  const angled = /<(\w+)>/.exec(template)?.[1];
  if (angled !== undefined) return `places are written with braces: {${angled}}`;
  if (/[{}]/.test(template.replaceAll(place, ''))) return 'has a brace without its other half';
  // A letter stands for each place: what is wrong then is wrong with what the author wrote.
  const literal = tagProblem(template.replaceAll(place, 'x'));
  return literal?.includes('+') === true
    ? `a tag cannot hold a +; write ${withoutPlus(template)}, as Helm does`
    : literal;
}

function namesProblem(names: readonly string[]): string | undefined {
  const unknown = names.find((name) => !isField(name));
  if (unknown === undefined) return undefined;
  const near = closest(unknown.trim().replaceAll('-', '_'), tagFields);
  const advice =
    near === undefined
      ? `known are ${tagFields.map((each) => `{${each}}`).join(' ')}`
      : `did you mean {${near}}?`;
  return `{${unknown}} is no field; ${advice}`;
}

export type ResolvedTag =
  | { readonly kind: 'tag'; readonly tag: string }
  /** `problem` is that of a Fault whose value is the template. */
  | {
      readonly kind: 'problem';
      readonly problem: string;
      /** The place without a value, if that is it. */ readonly missing?: TagField;
    };

/** Fills a template in, and sees that the result is a tag. */
export function resolveTag(template: string, values: TagValues): ResolvedTag {
  const wrong = templateProblem(template);
  if (wrong !== undefined) return { kind: 'problem', problem: wrong };
  const missing = fieldsOf(template).find((field) => values[field] === undefined);
  if (missing !== undefined)
    return { kind: 'problem', problem: `{${missing}} has no value in this run`, missing };
  const tag = template.replaceAll(place, (_, name: TagField) => values[name] ?? '');
  const problem = tagProblem(tag);
  if (problem === undefined) return { kind: 'tag', tag };
  return {
    kind: 'problem',
    problem: tag === template ? problem : `becomes ${JSON.stringify(tag)}: ${problem}`,
  };
}

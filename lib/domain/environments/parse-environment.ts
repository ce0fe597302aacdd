import { Fields } from '../checks/fields.ts';
import type { Fault } from '../errors.ts';
import { readFreezes } from '../gate/freeze.ts';
import { templateProblem } from '../tags/template.ts';
import { validRange } from './updates.ts';
import { defaultsOf, usualVersions } from './defaults.ts';
import { filterOf, patternProblem } from './filter-pattern.ts';
import type { Filter, Filtered } from './filter-pattern.ts';
import { placeKeys, readPlace } from './parse-place.ts';
import { readTargets } from './parse-targets.ts';
import type { Environment, Settings, TagKind } from './types.ts';

const own = ['branches', 'git-tags', 'versions', 'production', 'tags', 'targets', 'updates', 'freeze'];
const keys = [...own, ...placeKeys];

/** It stands in tags, job names and versions, and GitHub's environment has the same name. */
const nameForm = /^[a-zA-Z][a-zA-Z0-9._-]{0,49}$/;

export interface Written {
  readonly name: string;
  readonly value: unknown;
  readonly path: string;
  /** Of all environments, unless one says otherwise. */
  readonly settings: Settings;
}

export function readEnvironment({ name, value, path, settings }: Written, faults: Fault[]): Environment {
  const fields = new Fields(value, path, keys, faults);
  if (!nameForm.test(name))
    faults.push({
      input: path,
      value: JSON.stringify(name),
      problem: 'a letter, then letters, digits, dots, dashes and _, at most 50: it becomes part of tags',
    });
  const usual = defaultsOf(name);
  const production = fields.has('production') ? fields.flag('production') : usual.production;
  const place = readPlace(fields, { namespace: '', valuesFiles: [], url: '', settings });
  return {
    name,
    branches: readFilter(fields, 'branches', 'ref', usual.branches),
    gitTags: readFilter(fields, 'git-tags', 'ref', usual.gitTags),
    versions: fields.has('versions')
      ? fields.choice<TagKind>('versions', ['any', 'semver', 'release'])
      : usualVersions(production),
    production,
    tags: readTemplates(fields),
    ...place,
    targets: readTargets(fields, name, place, faults),
    updates: readRange(fields),
    freezes: readFreezes(fields, faults),
  };
}

/** Also of a module's `paths`. */
export function readFilter(fields: Fields, key: string, of: Filtered, usual: readonly string[] = []): Filter {
  const patterns = fields.has(key) ? fields.texts(key) : usual;
  const problems = patterns.map((pattern) => patternProblem(pattern, of));
  for (const [at, problem] of problems.entries())
    if (problem !== undefined) fields.fault(placeIn(fields, key, at), problem, JSON.stringify(patterns[at]));
  const sound = patterns.filter((_, at) => problems[at] === undefined);
  if (sound.length > 0 && sound.every((pattern) => pattern.startsWith('!')))
    fields.fault(key, 'only takes away; put a pattern without ! before it', JSON.stringify(sound[0]));
  return filterOf(sound, of);
}

function readTemplates(fields: Fields): readonly string[] | undefined {
  if (!fields.has('tags')) return undefined;
  const templates = fields.texts('tags');
  if (templates.length === 0) fields.fault('tags', 'leave it out for the usual tags', 'an empty list');
  for (const [at, template] of templates.entries()) {
    const problem = templateProblem(template);
    if (problem !== undefined) fields.fault(placeIn(fields, 'tags', at), problem, JSON.stringify(template));
  }
  return templates;
}

function readRange(fields: Fields): string {
  const range = fields.text('updates', '*');
  if (!validRange(range))
    fields.fault('updates', "must be a range of versions: ^1.4, '>=1.4.0 <2', 1.x", JSON.stringify(range));
  return range;
}

/** One thing may be written without the list around it. */
const placeIn = (fields: Fields, key: string, at: number): string =>
  Array.isArray(fields.raw(key)) ? `${key}[${at}]` : key;

/** `.github/slipway.yml`: every fault at once, each with its line. */
import { Fields, isMap } from '../checks/fields.ts';
import { readYaml } from '../checks/yaml.ts';
import type { Fault } from '../errors.ts';
import { readModules } from '../modules/parse.ts';
import { usualEnvironments } from './defaults.ts';
import { readEnvironment } from './parse-environment.ts';
import { settingsGaps } from './settings.ts';
import type { Environment, SlipwayFile } from './types.ts';
import { lineFinder } from './yaml-lines.ts';

export const usualFile = '.github/slipway.yml';

/** Where the map begins, in the paths of faults; never shown. */
const root = '$';
const most = 100;

export interface ReadFile {
  /** Not to be used with faults. */
  readonly file: SlipwayFile;
  readonly faults: readonly Fault[];
}

/** Reads the file's text; `name` is its path, for the faults. An empty file says no more than none. */
export function parseSlipwayFile(text: string, name: string): ReadFile {
  const faults: Fault[] = [];
  const value = saysNothing(text) ? {} : readYaml(text, name, faults);
  if (faults.length > 0) return { file: defaultFile(), faults };
  const fields = new Fields(value ?? {}, root, ['environments', 'modules', 'settings'], faults);
  const shared = Object.fromEntries(fields.entries('settings'));
  const environments = fields.has('environments')
    ? readEnvironments(fields, shared, faults)
    : defaultEnvironments(shared);
  const file = { environments, modules: readModules(fields, faults) };
  const gaps = faults.length === 0 ? settingsGaps(environments, `${root}.environments`) : [];
  return { file, faults: withLines([...faults, ...gaps], text, name) };
}

const saysNothing = (text: string): boolean => text.split(/\r?\n/).every((line) => /^\s*(#.*)?$/.test(line));

/** What holds where there is no file. */
export const defaultFile = (): SlipwayFile => ({ environments: defaultEnvironments({}), modules: [] });

const defaultEnvironments = (settings: Readonly<Record<string, unknown>>): Environment[] =>
  usualEnvironments.map((name) => readEnvironment({ name, value: {}, path: '', settings }, []));

function readEnvironments(
  fields: Fields,
  settings: Readonly<Record<string, unknown>>,
  faults: Fault[],
): Environment[] {
  const entries = fields.entries('environments');
  if (isMap(fields.raw('environments')) && entries.length === 0)
    fields.fault('environments', 'names none; leave it out for dev, homolog, preprod and prod', 'empty');
  if (entries.length > most)
    fields.fault('environments', `at most ${most}`, `${entries.length} environments`);
  return entries.map(([name, value]) =>
    // `dev:` and nothing below it: as it usually is.
    readEnvironment(
      { name, value: value ?? {}, path: `${fields.at('environments')}.${name}`, settings },
      faults,
    ),
  );
}

/** `$.environments.dev.branchs` → `.github/slipway.yml:4 environments.dev.branchs`, in the order of the lines. */
function withLines(faults: readonly Fault[], text: string, name: string): Fault[] {
  const lineOf = lineFinder(text);
  return faults
    .map((fault) => ({ fault, path: fault.input === root ? '' : fault.input.slice(root.length + 1) }))
    .map((each) => ({ ...each, line: lineOf(each.path) ?? 0 }))
    .sort((a, b) => a.line - b.line)
    .map(({ fault, path, line }) => {
      const place = line === 0 ? name : `${name}:${line}`;
      return { ...fault, input: path === '' ? place : `${place} ${path}` };
    });
}

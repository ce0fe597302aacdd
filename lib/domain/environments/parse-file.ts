/** `.github/slipway.yml`: every fault at once, each with its line. */
import { Fields, isMap } from '../checks/fields.ts';
import { readYaml } from '../checks/yaml.ts';
import type { Fault } from '../errors.ts';
import { readMigrations } from '../gate/migrations.ts';
import { readModules } from '../modules/parse.ts';
import { readReleaseSection } from '../release/section.ts';
import { usualEnvironments } from './defaults.ts';
import { readEnvironment } from './parse-environment.ts';
import { settingsGaps } from './settings.ts';
import type { Environment, SlipwayFile } from './types.ts';
import { lineFinder } from './yaml-lines.ts';

export const usualFile = '.github/slipway.yml';

/** Where the map begins, in the paths of faults; never shown. */
const root = '$';
const most = 100;
const keys = ['environments', 'modules', 'migrations', 'release', 'settings'];

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
  const fields = new Fields(value ?? {}, root, keys, faults);
  const shared = Object.fromEntries(fields.entries('settings'));
  const environments = fields.has('environments')
    ? readEnvironments(fields, shared, faults)
    : defaultEnvironments(shared);
  const file = {
    environments,
    namesEnvironments: fields.has('environments'),
    modules: readModules(fields, faults),
    migrations: readMigrations(fields),
    release: readReleaseSection(fields, faults),
  };
  if (file.migrations !== undefined && file.release !== undefined) sameUndo(file, faults);
  const gaps = faults.length === 0 ? settingsGaps(environments, `${root}.environments`) : [];
  return { file, faults: withLines([...faults, ...gaps], text, name) };
}

/** The decision page reads the one, the release does the other: whoever approves must read what will be done. */
function sameUndo(
  { migrations, release }: Pick<SlipwayFile, 'migrations' | 'release'>,
  faults: Fault[],
): void {
  const [told, done] = [migrations?.undo, release?.migration?.undo];
  if (done === undefined || told === done) return;
  faults.push({
    input: `${root}.release.migration.undo`,
    value: done,
    problem: `migrations.undo says ${told}: they are about the same migrations`,
  });
}

const saysNothing = (text: string): boolean => text.split(/\r?\n/).every((line) => /^\s*(#.*)?$/.test(line));

/** What holds where there is no file. */
export const defaultFile = (): SlipwayFile => ({
  environments: defaultEnvironments({}),
  namesEnvironments: false,
  modules: [],
  migrations: undefined,
  release: undefined,
});

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

/**
 * `$.environments.dev.branchs` → `.github/slipway.yml:4 environments.dev.branchs`, in the order of the lines: also of
 * what only the action of a phase finds wrong in its part of the file.
 */
export function withLines(faults: readonly Fault[], text: string, name: string): Fault[] {
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

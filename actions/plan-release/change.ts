/** Which modules the change affects. */
import type { Occasion } from '../../lib/domain/environments/occasion.ts';
import { isPreRelease, versionOfTag } from '../../lib/domain/environments/version-tag.ts';
import { newestVersion } from '../../lib/domain/environments/version.ts';
import { ConfigurationError } from '../../lib/domain/errors.ts';
import { affectedModules, modulesFor } from '../../lib/domain/modules/changed.ts';
import { comparisonFor } from '../../lib/domain/modules/comparison.ts';
import type { Comparison } from '../../lib/domain/modules/comparison.ts';
import type { ChangedModule, Module } from '../../lib/domain/modules/types.ts';
import { closest } from '../../lib/domain/suggest.ts';
import type { Inputs } from './inputs.ts';
import type { Checkout } from './look.ts';
import type { Ports } from './ports.ts';

export interface ModulePlan {
  /** How many the file has; 0 where it knows no modules. */
  readonly known: number;
  /** Each after those that it depends on. */
  readonly changed: readonly ChangedModule[];
  /** What was compared, or why nothing was. */
  readonly why: string;
  /** Changed files that belong to no module. */
  readonly outside: readonly string[];
  /** Why a push is no release: none of the modules changed. */
  readonly nothingChanged?: string;
}

interface Seen {
  readonly occasion: Occasion;
  readonly checkout: Checkout;
}

export const noModules: ModulePlan = { known: 0, changed: [], why: '', outside: [] };

export async function planModules(
  modules: readonly Module[],
  inputs: Inputs,
  seen: Seen,
  ports: Ports,
): Promise<ModulePlan> {
  const asked = askedFor(modules, inputs);
  if (asked !== undefined) {
    const why = 'asked for by input modules';
    return { known: modules.length, changed: modulesFor(asked, why), why, outside: [] };
  }
  if (modules.length === 0 || seen.occasion.deleted === true) return { ...noModules, known: modules.length };
  return compared(modules, inputs, seen, ports);
}

/** Undefined where the change decides. */
function askedFor(
  modules: readonly Module[],
  { modules: asked, file }: Inputs,
): readonly Module[] | undefined {
  if (asked === 'changed') return undefined;
  if (asked === 'all') return modules;
  const names = modules.map(({ name }) => name);
  const faults = asked
    .filter((name) => !names.includes(name))
    .map((name) => {
      const near = closest(name, names);
      const known = names.length === 0 ? `${file} has none` : `${file} has ${names.join(', ')}`;
      return {
        input: 'modules',
        value: JSON.stringify(name),
        problem: `is no module; ${near === undefined ? known : `did you mean ${near}?`}`,
      };
    });
  if (faults.length > 0) throw new ConfigurationError(faults);
  return modules.filter(({ name }) => asked.includes(name));
}

async function compared(
  modules: readonly Module[],
  { base: asked, environment }: Inputs,
  { occasion, checkout }: Seen,
  { git, log }: Ports,
): Promise<ModulePlan> {
  if (checkout.head === undefined) throw notHere('nothing is checked out here');
  const comparison = comparisonFor(occasion, asked);
  const head = (await git.commit(occasion.sha)) ?? checkout.head;
  const base = await baseOf(comparison, head.sha, { occasion, checkout }, git);
  if (base.kind === 'unknown') {
    log.info(`all modules count as changed: ${base.why}`);
    const changed = modulesFor(modules, base.why);
    return { known: modules.length, changed, why: `all of them: ${base.why}`, outside: [] };
  }
  if (base.sha === head.sha && head.sha !== occasion.sha)
    throw notHere(`the commit of ${occasion.says} (${occasion.sha.slice(0, 12)}) is not in this clone`);
  const files = await git.changedFiles(base.sha, head.sha);
  const { modules: changed, outside } = affectedModules(modules, files);
  const since = `since ${base.says}`;
  const bySelf = environment === '' && occasion.branch !== undefined && occasion.before !== undefined;
  return {
    known: modules.length,
    changed,
    why: since,
    outside,
    ...(changed.length === 0 && bySelf ? { nothingChanged: `no module changed ${since}` } : {}),
  };
}

type Base =
  | { readonly kind: 'commit'; readonly sha: string; readonly says: string }
  /** It cannot be found though history is whole: a first push, a branch that was rewritten. */
  | { readonly kind: 'unknown'; readonly why: string };

async function baseOf(
  comparison: Comparison,
  head: string,
  { occasion, checkout }: Seen,
  git: Ports['git'],
): Promise<Base> {
  if (comparison.kind === 'last-version') return lastVersion(occasion, checkout, git);
  const { base, says } = comparison;
  const asked = comparison.kind === 'with' && comparison.asked;
  // In the clone of a job a branch has a name of the remote's only.
  const found = (await git.commit(base)) ?? (asked ? await git.commit(`origin/${base}`) : undefined);
  if (comparison.kind === 'with') {
    if (found !== undefined) return { kind: 'commit', sha: found.sha, says };
    if (checkout.shallow) throw notHere(`${says} is not in this clone`);
    if (asked)
      throw new ConfigurationError([
        {
          input: 'base',
          value: JSON.stringify(base),
          problem: 'is no commit, tag or branch of this repository',
        },
      ]);
    return { kind: 'unknown', why: `${says} is gone: the branch was rewritten` };
  }
  // What the event calls the base may be older than the branch is by now; the merge itself knows.
  const isTrial = occasion.isTrialMerge === true && head === occasion.sha;
  const merged = isTrial ? (await git.commit(`${head}^1`))?.sha : undefined;
  if (merged !== undefined) return { kind: 'commit', sha: merged, says };
  const parted = found === undefined ? undefined : await git.mergeBase(found.sha, head);
  if (parted !== undefined) return { kind: 'commit', sha: parted, says };
  if (checkout.shallow) throw notHere(`${says} is not in this clone`);
  return { kind: 'unknown', why: `${says} cannot be found` };
}

/** The newest release in its history but itself: a candidate of it has the same files, and would hide them. */
async function lastVersion({ tag }: Occasion, { tags, shallow }: Checkout, git: Ports['git']): Promise<Base> {
  const others = tags.filter((each) => each !== tag && !isPreRelease(versionOfTag(each) ?? ''));
  const newest = newestVersion(others);
  const name = others.find((each) => versionOfTag(each) === newest);
  const commit = name === undefined ? undefined : await git.commit(`refs/tags/${name}`);
  if (name !== undefined && commit !== undefined)
    return { kind: 'commit', sha: commit.sha, says: `${name}, the last release` };
  if (shallow) throw notHere('the last release is not in this clone');
  return { kind: 'unknown', why: 'there is no release before it' };
}

const notHere = (what: string): ConfigurationError =>
  new ConfigurationError([
    {
      input: 'modules',
      value: what,
      problem: 'what changed cannot be told: give actions/checkout fetch-depth: 0, or say modules: all',
    },
  ]);

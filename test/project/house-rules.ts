/** The rules of the house (docs/concepts.md), as functions over a file's path and text. Pure. */
import { posix } from 'node:path';

export interface SourceFile {
  /** From the root, with slashes: `lib/domain/errors.ts`. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  /** A path from the root for our own files, else the package as written. */
  readonly target: string;
  readonly typeOnly: boolean;
}

/** One line per violation, each naming the file and the rule. */
export function violations(file: SourceFile): string[] {
  return [
    ...importsOf(file).flatMap((each) => importProblem(file.path, each) ?? []),
    ...contentProblems(file),
    ...nameProblems(file.path),
  ].map((problem) => `${file.path}: ${problem}`);
}

/** What reads the inputs and what words the end, with what they are split into. */
const pureRoom = /^actions\/[^/]+\/(inputs|report)[^/]*\.ts$/;
const wiring = /^actions\/[^/]+\/(main|post|wire)\.ts$/;
const mayUseActionsPackages = /^lib\/(runtime|adapters\/github)\//;
const purePackages = /^(semver(\/.+)?|js-yaml|@rgrove\/parse-xml)$/;
/** Hashes and paths are sums over their arguments; the domain itself does without. */
const pureBuiltins = /^node:(crypto|path)$/;

/** What each layer may import of our own; the first that matches the importing file counts. */
const layers: readonly { readonly of: RegExp; readonly may: RegExp; readonly says: string }[] = [
  { of: /^lib\/domain\//, may: /^lib\/domain\//, says: 'domain sees only domain' },
  { of: /^lib\/ports\//, may: /^lib\/(domain|ports)\//, says: 'ports see domain and ports' },
  { of: /^lib\/steps\//, may: /^lib\/(domain|ports|steps)\//, says: 'steps see domain, ports and steps' },
  { of: /^lib\/adapters\//, may: /^lib\/(domain|ports|adapters)\//, says: 'adapters see domain and ports' },
  { of: /^lib\/runtime\//, may: /^lib\/(domain|ports|runtime)\//, says: 'runtime sees domain and ports' },
  { of: /^lib\/wiring\//, may: /^lib\//, says: 'wiring sees all of lib' },
  { of: wiring, may: /^lib\//, says: 'wiring sees all of lib' },
  {
    of: pureRoom,
    may: /^lib\/domain\//,
    says: 'inputs and report see only domain, and types of ports and steps',
  },
  { of: /^actions\//, may: /^lib\/(domain|ports|steps)\//, says: 'a use case sees domain, ports and steps' },
];

function importProblem(path: string, { target, typeOnly }: Import): string | undefined {
  const isOurs = /^(lib|actions)\//.test(target);
  if (!isOurs) return packageProblem(path, target, typeOnly);
  if (target.startsWith('actions/')) return actionProblem(path, target, typeOnly);
  const layer = layers.find(({ of }) => of.test(path));
  if (layer === undefined || layer.may.test(target)) return undefined;
  if (layer.of === pureRoom && typeOnly && /^lib\/(ports|steps)\//.test(target)) return undefined;
  return `imports ${target}, but ${layer.says}`;
}

const isDecision = (path: string): boolean =>
  /^lib\/(domain|ports|steps)\//.test(path) || (path.startsWith('actions/') && !wiring.test(path));

function packageProblem(path: string, target: string, typeOnly: boolean): string | undefined {
  if (target.startsWith('@actions/') && !mayUseActionsPackages.test(path)) {
    return `imports ${target}, which only lib/runtime and lib/adapters/github may`;
  }
  if (!isDecision(path) || typeOnly || purePackages.test(target)) return undefined;
  if (pureBuiltins.test(target) && !path.startsWith('lib/domain/')) return undefined;
  return `imports ${target}, but decisions import only semver, js-yaml and @rgrove/parse-xml`;
}

/**
 * Inside one action, with its alcoves, all is open, except that inputs and report, being pure, take only types from their
 * room.
 */
function actionProblem(path: string, target: string, typeOnly: boolean): string | undefined {
  const [room, otherRoom] = [path, target].map(roomOf);
  if (path.startsWith('lib/')) return `imports ${target}, but lib knows no action`;
  if (room === otherRoom) {
    const pure = /\/(inputs|report)\.ts$/.test(path) && !/\/(inputs|report)[^/]*\.ts$/.test(target);
    return pure && !typeOnly ? `imports ${target} as a value, but inputs and report are pure` : undefined;
  }
  if (path.startsWith('actions/release/') && composable(path).test(target)) return undefined;
  return `imports ${target}; only actions/release may, and only what a phase is made of`;
}

const roomOf = (path: string): string => path.split('/').slice(0, 2).join('/');

/**
 * The whole release runs the actions' own use cases, so it reads their inputs as they do, gives them their ports, lets
 * their post finish, and shows their page (docs/decisions/0020). Nothing of how they do it.
 */
const composable = (path: string): RegExp =>
  wiring.test(path) ? /^actions\/[^/]+\/wire\.ts$/ : /^actions\/[^/]+\/(run|inputs|ports|finish|report)\.ts$/;

const fromOutside =
  /\b(Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval|Math\.random|random(UUID|Bytes|Int))\b/;

function contentProblems({ path, text }: SourceFile): string[] {
  const code = withoutComments(text);
  const lines = text.split('\n').length - 1;
  const impure = isDecision(path) ? fromOutside.exec(code) : null;
  return [
    ...(lines > 300 ? [`has ${lines} lines; split what passes 300`] : []),
    ...(/\/(main|post)\.ts$/.test(path) && path.startsWith('actions/') && lines > 25
      ? [`has ${lines} lines; main.ts and post.ts are wiring of at most 25`]
      : []),
    ...(/\bprocess\.env\b/.test(code) && path !== 'lib/runtime/environment.ts'
      ? ['reads process.env; only lib/runtime/environment.ts may']
      : []),
    ...(impure === null ? [] : [`uses ${impure[0]}; time and chance enter as parameters`]),
  ];
}

const nameProblems = (path: string): string[] =>
  /(^|\/|-)(utils?|helpers?|common|misc)(\/|-|\.|$)/.test(path) ? ['has a name that says nothing'] : [];

export function importsOf({ path, text }: SourceFile): Import[] {
  const code = withoutComments(text);
  const statements = code.matchAll(
    /^\s*(?:import|export)\b(?:\s+(type)\b)?(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/gm,
  );
  const lazy = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [
    ...[...statements].map(([, type, target = '']) => ({ target, typeOnly: type !== undefined })),
    ...[...lazy].map(([, target = '']) => ({ target, typeOnly: false })),
  ].map((each) => ({ ...each, target: fromRoot(path, each.target) }));
}

const fromRoot = (path: string, target: string): string =>
  target.startsWith('.') ? posix.join(posix.dirname(path), target) : target;

/** Rough, but strings that hold comment marks (URLs) are kept as they are. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');

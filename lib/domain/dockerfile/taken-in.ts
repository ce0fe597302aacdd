import { formatImageRef } from '../image-ref.ts';
import type { ImageRef } from '../image-ref.ts';
import { readRemote } from '../source/remote.ts';
import { Unhashable } from '../source/unhashable.ts';
import { expand } from './expand.ts';
import { contextKey, readImage, readSyntax } from './images.ts';
import { readInstruction } from './instructions.ts';
import type { Dockerfile, Instruction } from './instructions.ts';
import { assign, declareGlobal, platformValues, readArg, readEnv } from './scope.ts';
import type { BuildScope, Values } from './scope.ts';
import { csvFields, jsonWords } from './words.ts';

/**
 * The images that a build of this file takes in, whatever its target: by FROM, `COPY --from`, `RUN --mount=from` and
 * `# syntax`. Neither stages, named contexts (`contexts`) nor `scratch` are images. Throws Unhashable where it takes in
 * something whose bytes may change under the same name: ADD of a URL without a checksum or of a branch.
 */
export function imagesTakenIn(
  file: Dockerfile,
  scopes: readonly BuildScope[],
  contexts: readonly string[],
): ImageRef[] {
  const found = new Map<string, ImageRef>();
  const isContext = new Set(contexts.map(contextKey));
  for (const scope of scopes) {
    const syntax = scope.buildArgs.get('BUILDKIT_SYNTAX') ?? file.syntax;
    if (syntax !== undefined && syntax !== '') {
      const ref = readSyntax(syntax.split(' ')[0] ?? '');
      found.set(formatImageRef(ref), ref);
    }
    for (const { name, where } of namesTakenIn(file, scope)) {
      if (isContext.has(contextKey(name)) || name.toLowerCase() === 'scratch') continue;
      const ref = readImage(name, where);
      found.set(formatImageRef(ref), ref);
    }
  }
  return [...found.values()];
}

interface Named {
  readonly name: string;
  readonly where: string;
}

/** What one stage's instructions may refer to. */
interface Stage {
  readonly escape: string;
  readonly buildArgs: Values;
  readonly globals: Values;
  readonly values: Map<string, string>;
  readonly isStage: (name: string) => boolean;
}

function namesTakenIn({ escape, instructions }: Dockerfile, scope: BuildScope): Named[] {
  const stages = instructions.flatMap((each) => (each.name === 'from' ? [stageName(each)] : []));
  const globals = platformValues({ ...scope, target: scope.target ?? stages.at(-1) });
  const allStages = new Set(stages);
  const environments = new Map<string, Values>();
  const isStage = (name: string): boolean => /^\d+$/.test(name) || allStages.has(name.toLowerCase());
  const found: Named[] = [];
  let stage: Stage | undefined;
  for (const instruction of instructions) {
    if (instruction.name === 'from') {
      const base = baseOf(instruction, globals, escape);
      const parent = environments.get(base.toLowerCase());
      if (parent === undefined) found.push({ name: base, where: 'FROM' });
      // BuildKit hands on ENV alone, and ARG by way of it; knowing more values than it does harms nothing here.
      const values = new Map(parent);
      stage = { escape, buildArgs: scope.buildArgs, globals, values, isStage };
      const name = stageName(instruction);
      if (name !== undefined) environments.set(name, values);
    } else if (stage === undefined) {
      if (instruction.name === 'arg') declareGlobal(globals, instruction.rest, escape, scope.buildArgs);
    } else found.push(...perform(instruction, stage));
  }
  return found;
}

const stageName = ({ name, rest }: Instruction): string | undefined =>
  name === 'from' ? /\sas\s+(\S+)$/i.exec(rest)?.[1]?.toLowerCase() : undefined;

function baseOf({ rest }: Instruction, globals: Values, escape: string): string {
  const written = rest.split(/\s+/)[0] ?? '';
  const base = expand(written, globals, escape).text;
  if (base === '') throw new Unhashable(`FROM ${written} names no image with the build-args that are given`);
  return base;
}

function perform(instruction: Instruction, stage: Stage): Named[] {
  const { name, rest } = instruction;
  if (name === 'arg') declare(rest, stage);
  else if (name === 'env') {
    for (const each of readEnv(rest, stage.escape)) assign(stage.values, each.name, each.value, stage.escape);
  } else if (name === 'add') checkAdd(instruction, stage);
  else if (name === 'copy') return taken(flagValues(instruction, 'from'), 'COPY --from', stage);
  else if (name === 'run') return taken(mountSources(instruction), 'RUN --mount', stage);
  else if (name === 'onbuild') return perform(readInstruction(rest, stage.escape), stage);
  return [];
}

/** What is declared without a value takes the global one. */
function declare(rest: string, { buildArgs, globals, values, escape }: Stage): void {
  for (const { name, value } of readArg(rest, escape)) {
    const given = buildArgs.get(name) ?? (value === undefined ? globals.get(name) : undefined);
    if (given === undefined) assign(values, name, value, escape);
    else values.set(name, given);
  }
}

const flagValues = ({ flags }: Instruction, flag: string): string[] =>
  flags.filter((each) => each.startsWith(`--${flag}=`)).map((each) => each.slice(flag.length + 3));

const mountSources = (instruction: Instruction): string[] =>
  flagValues(instruction, 'mount')
    .flatMap(csvFields)
    .filter((field) => /^from=/i.test(field))
    .map((field) => field.slice(5));

/** BuildKit fills in no variables here, so a `$` is a mistake that it will name. */
function taken(names: readonly string[], where: string, { isStage }: Stage): Named[] {
  const variable = names.find((name) => name.includes('$'));
  if (variable !== undefined) throw new Unhashable(`${where} takes no variable: ${variable}`);
  return names.filter((name) => name !== '' && !isStage(name)).map((name) => ({ name, where }));
}

function checkAdd(instruction: Instruction, { values, escape }: Stage): void {
  const words = jsonWords(instruction.rest) ?? instruction.rest.split(/\s+/);
  const checksum = flagValues(instruction, 'checksum')[0] ?? '';
  for (const word of words.slice(0, -1)) {
    const source = expand(word, values, escape);
    if (source.unknown.length > 0 && /^["']?\$/.test(word)) {
      throw new Unhashable(
        `ADD ${word} may be a URL: the value of ${source.unknown.join(', ')} is not known here`,
      );
    }
    const remote = readRemote(source.text);
    if (remote === undefined || checksum !== '') continue;
    if (remote.kind === 'http') {
      throw new Unhashable(`ADD ${word} fetches what may change under the same URL: give it a --checksum`);
    }
    if (!remote.pinned) throw new Unhashable(`ADD ${word} follows a branch or a tag: name the full commit`);
  }
}

import { Unhashable } from '../source/unhashable.ts';
import { heredocsOf } from './heredoc.ts';
import type { Heredoc } from './heredoc.ts';
import { jsonWords, takeFlags } from './words.ts';

export interface Instruction {
  /** In lower case. */
  readonly name: string;
  readonly flags: readonly string[];
  /** Continued lines joined, comments between them gone, heredocs left out. */
  readonly rest: string;
}

export interface Dockerfile {
  /** `\` or `` ` ``. */
  readonly escape: string;
  /** The image that `# syntax=` names. */
  readonly syntax: string | undefined;
  readonly instructions: readonly Instruction[];
}

/**
 * Reads as much of a Dockerfile as tells which images and URLs a build takes in, line by line as BuildKit's parser
 * does. Throws Unhashable where BuildKit would refuse the file.
 */
export function parseDockerfile(text: string): Dockerfile {
  const lines = (text.startsWith('\ufeff') ? text.slice(1) : text)
    .split('\n')
    .map((line) => line.replace(/\r+$/, ''));
  const escape = directives(lines.map((line) => line.trimStart())).get('escape') ?? '\\';
  if (escape !== '\\' && escape !== '`')
    throw new Unhashable(`the Dockerfile's escape \`${escape}\` is not \\ or \``);
  return { escape, syntax: syntaxOf(lines), instructions: instructionsOf(lines, escape) };
}

/** `# name=value` at the top; the first line that is none ends them. */
function directives(lines: readonly string[], mark = '#'): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const directive = line.startsWith(mark) ? line.slice(mark.length) : '';
    const [, name = '', value = ''] = /^\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(directive) ?? [];
    if (!/^(syntax|escape|check)$/i.test(name)) return found;
    found.set(name.toLowerCase(), value);
  }
  return found;
}

/** Also after a first line `#!…`, behind `//`, or as JSON, yet never after white space: BuildKit looks for it apart. */
function syntaxOf(lines: readonly string[]): string | undefined {
  const rest = lines[0]?.startsWith('#!') === true ? lines.slice(1) : lines;
  const value =
    directives(rest).get('syntax') ?? directives(rest, '//').get('syntax') ?? jsonSyntax(rest.join('\n'));
  return value?.split(' ')[0];
}

function jsonSyntax(text: string): string | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const { syntax } = JSON.parse(text) as { readonly syntax?: unknown };
    return typeof syntax === 'string' ? syntax : undefined;
  } catch {
    return undefined;
  }
}

const isComment = (line: string): boolean => line.trimStart().startsWith('#');

function instructionsOf(lines: readonly string[], escape: string): Instruction[] {
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length;) {
    const { text, next } = logicalLine(lines, at, escape);
    at = next;
    if (text === '') continue;
    const instruction = readInstruction(text, escape);
    found.push(instruction);
    for (const heredoc of mayHoldHeredocs(instruction, escape) ? heredocsOf(text) : []) {
      at = afterHeredoc(lines, at, heredoc);
    }
  }
  return found;
}

/** One instruction and the lines that continue it; comments and empty lines in between do not end it. */
function logicalLine(
  lines: readonly string[],
  start: number,
  escape: string,
): { text: string; next: number } {
  const first = isComment(lines[start] ?? '') ? '' : (lines[start] ?? '').trimStart();
  let { text, goesOn } = withoutContinuation(first, escape);
  let next = start + 1;
  while (goesOn && next < lines.length) {
    const line = lines[next] ?? '';
    next += 1;
    if (isComment(line) || line.trim() === '') continue;
    const more = withoutContinuation(line, escape);
    text += more.text;
    goesOn = more.goesOn;
  }
  return { text: text.trim(), next };
}

/** An escaped escape sign at the end continues nothing. */
function withoutContinuation(line: string, escape: string): { text: string; goesOn: boolean } {
  const bare = line.replace(/[ \t]+$/, '');
  const goesOn = bare.endsWith(escape) && bare.at(-2) !== escape;
  return goesOn ? { text: bare.slice(0, -1), goesOn } : { text: line, goesOn };
}

export function readInstruction(text: string, escape: string): Instruction {
  const [, name = '', after = ''] = /^(\S+)\s*(.*)$/s.exec(text.trim()) ?? [];
  return { name: name.toLowerCase(), ...takeFlags(after, escape) };
}

function mayHoldHeredocs(instruction: Instruction, escape: string): boolean {
  const { name, rest } =
    instruction.name === 'onbuild' ? readInstruction(instruction.rest, escape) : instruction;
  return /^(run|copy|add)$/.test(name) && jsonWords(rest) === undefined;
}

function afterHeredoc(lines: readonly string[], start: number, { name, dropsTabs }: Heredoc): number {
  for (let at = start; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if ((dropsTabs ? line.replace(/^\t+/, '') : line) === name) return at + 1;
  }
  throw new Unhashable(`the heredoc ${name} in the Dockerfile does not end`);
}

/** The inputs for what is asked of an image before it gets a tag. */
import { commandPlaces } from '../../lib/domain/build/command.ts';
import { readYaml } from '../../lib/domain/checks/yaml.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import type { InputReader } from '../../lib/domain/inputs/reader.ts';

/** No shell reads it: a line is split at spaces, and what needs more than that is written as a list. */
export function readCommandLine(reader: InputReader, name: 'verify-command' | 'scan-command'): string[] {
  const text = reader.text(name);
  if (text === '') return [];
  const argv =
    text.startsWith('[') || text.startsWith('- ') ? listIn(reader, name, text) : wordsIn(reader, name, text);
  const unknown = argv.flatMap((word) => word.match(/\{[a-z_]+\}/g) ?? []).find(isUnknown);
  if (unknown !== undefined)
    reader.fault({
      input: name,
      value: unknown,
      problem: `unknown placeholder; use one of ${commandPlaces.join(', ')}, and IMAGE, IMAGE_DIGEST, SARIF in its environment`,
    });
  return argv;
}

/** `{}` of xargs and `{a,b}` of a shell are not meant. */
const isUnknown = (place: string): boolean => !(commandPlaces as readonly string[]).includes(place);

function wordsIn(reader: InputReader, name: string, text: string): string[] {
  const special = /["'`$|&;<>*?()\\]|\n/.exec(text);
  if (special !== null)
    reader.fault({
      input: name,
      value: JSON.stringify(special[0]),
      problem: 'no shell reads it: write a list, [bash, -c, …] where you want a shell',
    });
  return text.split(/\s+/);
}

function listIn(reader: InputReader, name: string, text: string): string[] {
  const faults: Fault[] = [];
  const value = readYaml(text, name, faults);
  for (const fault of faults) reader.fault(fault);
  if (faults.length > 0) return [];
  const words = Array.isArray(value) ? (value as unknown[]) : [];
  if (words.length === 0 || words.some((word) => typeof word === 'object')) {
    reader.fault({
      input: name,
      value: 'a list',
      problem: 'must be a list of words; put those with braces in quotes',
    });
    return [];
  }
  return words.map(String);
}

/** The team's own tests, as their author writes them: one command in a line, one map, or a list of maps. */
import type { Milliseconds } from '../duration.ts';
import type { Fault } from '../errors.ts';
import { Fields, isMap } from './fields.ts';
import { readCommand } from './parse-command.ts';
import type { Read } from './parse.ts';
import type { Severity, Suite } from './types.ts';
import { readYaml } from './yaml.ts';

const keys = ['name', 'command', 'junit', 'directory', 'timeout', 'severity'];
const usual: Milliseconds = 600_000;

/** Reads input `suite`. With faults, the value is not to be used. */
export function parseSuites(text: string): Read<readonly Suite[]> {
  const faults: Fault[] = [];
  const given = readYaml(text, 'suite', faults);
  if (given === undefined) return { value: [], faults };
  const list = Array.isArray(given) && given.some(isMap) ? (given as unknown[]) : [given];
  const suites = list.map((entry, at) =>
    readSuite(entry, list.length > 1 ? `suite[${at}]` : 'suite', faults),
  );
  const names = suites.map(({ name }) => name);
  for (const name of new Set(names.filter((each, at) => names.indexOf(each) !== at)))
    faults.push({ input: 'suite', value: JSON.stringify(name), problem: 'two suites have this name' });
  return { value: suites, faults };
}

/** `npm run e2e` and `[npm, run, e2e]` are a command alone; its exit code is then all that is known of it. */
function readSuite(entry: unknown, path: string, faults: Fault[]): Suite {
  const map = isMap(entry) ? entry : { command: entry };
  const fields = new Fields(map, path, keys, faults);
  const argv = readCommand(fields);
  if (argv.length === 0) fields.fault('command', 'is needed: what is to be run?');
  const directory = fields.text('directory');
  return {
    name: fields.text('name') || argv.join(' ').slice(0, 120),
    argv,
    junit: fields.texts('junit'),
    timeout: fields.duration('timeout', usual),
    severity: fields.choice<Severity>('severity', ['fail', 'warn']),
    ...(directory === '' ? {} : { directory }),
  };
}

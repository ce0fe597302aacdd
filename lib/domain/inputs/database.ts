/** The inputs that say which database is meant: one by one, or as one YAML map. */
import { Fields } from '../checks/fields.ts';
import { readYaml } from '../checks/yaml.ts';
import type { Locator } from '../database/locator.ts';
import { locatorKeys, parseLocator, readLocator } from '../database/parse-locator.ts';
import type { Fault } from '../errors.ts';
import type { InputReader } from './reader.ts';

/** All of them, for the list of what an action knows. */
export const databaseInputNames = locatorKeys;

/**
 * Those that are hidden in the log as they stand. The secrets inside `docker` are hidden once it is read
 * (`secretsOfLocator`): it may be the name of a container alone, which is told in every message.
 */
export const databaseSecretNames = ['url', 'password', 'ssh'] as const;

/** What people write from habit, from other actions and tools → what to write here. */
export const databaseInstead: Readonly<Record<string, string>> = {
  host: 'use url: postgresql://user@host:5432/database',
  port: 'it is part of url: postgresql://user@host:5432/database',
  sslmode: 'it is part of url: …?sslmode=verify-full',
  container: 'use docker: <container>, or kubernetes with its container',
  namespace: 'use kubernetes, with namespace and pod or selector',
  selector: 'use kubernetes, with namespace and selector',
  pod: 'use kubernetes, with namespace and pod',
  username: 'use user',
  'database-url': 'use url',
};

/** These are YAML, each a map (`docker` may be a name alone); the others are text as it stands. */
const structured: readonly string[] = ['docker', 'kubernetes', 'ssh'];

/** Reads the inputs `databaseInputNames`; every fault goes to `reader`, and none of them quotes a secret. */
export function readDatabaseInputs(reader: InputReader): Locator {
  const faults: Fault[] = [];
  const unread: string[] = [];
  const given = databaseInputNames.flatMap((name): [string, unknown][] => {
    if (!reader.has(name)) return [];
    if (!structured.includes(name)) return [[name, reader.text(name)]];
    const before = faults.length;
    const value = readYaml(reader.text(name), name, faults);
    if (faults.length === before) return [[name, value ?? '']];
    unread.push(name);
    return [];
  });
  const locator = readLocator(new Fields(Object.fromEntries(given), '', databaseInputNames, faults), unread);
  for (const fault of faults) reader.fault(fault);
  return locator;
}

/** The same as one input that holds a YAML map of all of them; undefined where it is not given. */
export function readDatabase(reader: InputReader, input = 'database'): Locator | undefined {
  if (!reader.has(input)) return undefined;
  const faults: Fault[] = [];
  const locator = parseLocator(reader.text(input), input, faults);
  for (const fault of faults) reader.fault(fault);
  return locator;
}

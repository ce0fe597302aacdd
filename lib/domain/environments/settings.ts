import type { Fault } from '../errors.ts';
import type { Environment } from './types.ts';

/**
 * A setting that one environment has and another lacks: a workflow that reads it gets an empty text there and says
 * nothing. Every environment must say it, or `settings` at the top say it for all.
 */
export function settingsGaps(environments: readonly Environment[], path: string): Fault[] {
  const all = new Map<string, string>();
  for (const { name, settings } of environments)
    for (const key of Object.keys(settings)) if (!all.has(key)) all.set(key, name);
  return environments.flatMap(({ name, settings }) =>
    [...all]
      .filter(([key]) => !Object.hasOwn(settings, key))
      .map(([key, who]) => ({
        input: `${path}.${name}.settings.${key}`,
        value: 'missing',
        problem: `${who} has it: say it here, too, or for all under settings at the top`,
      })),
  );
}

import type { Fields } from './fields.ts';

/** No shell reads it: a line is split at spaces, and what needs more than that is written as a list. */
export function readCommand(fields: Fields, key = 'command'): string[] {
  const raw = fields.raw(key);
  if (typeof raw !== 'string') return fields.texts(key);
  const special = /["'`$|&;<>*?(){}\\]|\n/.exec(raw.trim());
  if (special !== null)
    fields.fault(
      key,
      `no shell reads it, and it has ${JSON.stringify(special[0])}: write a list, [bash, -c, …] where you want a shell`,
    );
  return raw.trim().split(/\s+/).filter(Boolean);
}

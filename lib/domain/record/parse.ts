/** A record's stored text. */
import { following } from './transitions.ts';
import { recordSchema } from './types.ts';
import type { ReleaseRecord } from './types.ts';

/** Reads a stored record, or says in a few words why it cannot be one of ours. */
export function parseRecord(text: string): ReleaseRecord | { readonly unreadable: string } {
  let value: Partial<ReleaseRecord> | null;
  try {
    value = JSON.parse(text) as Partial<ReleaseRecord> | null;
  } catch {
    return { unreadable: 'not JSON' };
  }
  if (value?.schema !== recordSchema) {
    return { unreadable: `schema ${JSON.stringify(value?.schema)}, this version reads ${recordSchema}` };
  }
  const whole =
    Number.isInteger(value.seq) &&
    value.state !== undefined &&
    value.state in following &&
    [value.steps, value.verdicts, value.expects].every(Array.isArray) &&
    [value.by, value.to].every((part) => typeof part === 'object' && part !== null);
  return whole ? (value as ReleaseRecord) : { unreadable: 'parts of it are missing' };
}

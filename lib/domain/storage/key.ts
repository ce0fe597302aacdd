/**
 * Keys name objects below a destination: `shop/2026-11-26/dump.zst.age`. What is allowed is what an object store and a
 * file system both take, so that a backup can be moved from one to the other.
 */
import { ConfigurationError } from '../errors.ts';

/** S3's own bound for a key, in bytes of UTF-8; the prefix counts. */
const longestKey = 1_024;
/** A file name's bound on Linux, less what the mark of an unfinished file takes. */
const longestSegment = 200;

/** What is wrong with a key or a prefix; undefined where nothing is. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (hasControl(key)) return 'holds a control character';
  if (key.includes('\\')) return 'holds a backslash: parts are separated by /';
  if (key.startsWith('/') || key.endsWith('/')) return 'begins or ends with /';
  const segments = key.split('/');
  if (segments.includes('')) return 'holds //';
  if (segments.some((segment) => segment === '.' || segment === '..'))
    return 'holds . or .. as a part: an object store does not go up, a file system does';
  if (segments.some((segment) => bytesOf(segment) > longestSegment))
    return `has a part of more than ${longestSegment} bytes`;
  return bytesOf(key) > longestKey ? `is longer than ${longestKey} bytes` : undefined;
}

const hasControl = (text: string): boolean => text.split('').some((sign) => sign < ' ' || sign === '\u007f');

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** A key below a prefix; an empty prefix is none. */
export const below = (prefix: string, key: string): string => (prefix === '' ? key : `${prefix}/${key}`);

/** The key itself; throws ConfigurationError for one that no storage would take. */
export function assertKey(key: string): string {
  const problem = keyProblem(key);
  if (problem === undefined) return key;
  throw new ConfigurationError([{ input: 'key', value: key, problem }]);
}

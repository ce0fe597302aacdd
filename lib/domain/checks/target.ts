import type { Check } from './types.ts';

/** What is printed of a URL: not its user and password. */
export const withoutUser = (target: string): string => target.replace(/\/\/[^/?#\s]*@/, '//');

/** What a failure to ask is said of: not the check's name, which stands beside it anyway. */
export function targetOf(check: Check): string {
  if ('via' in check && check.via !== undefined)
    return `${check.via.kind}/${check.via.name}:${check.via.port}`;
  if (check.kind === 'http') return withoutUser(check.request.url);
  if ('host' in check) return `${check.host}:${check.port}`;
  return check.kind === 'pods' ? check.selector : (check.argv[0] ?? '');
}

/** Which environment of the file is the one that GitHub calls so. */
import type { Environment, SlipwayFile } from './types.ts';

export type FoundEnvironment =
  | { readonly kind: 'found'; readonly environment: Environment }
  /** The file leaves the names to whoever uses it. */
  | { readonly kind: 'none named' }
  /** The file names others, so one that it does not name is a slip of somebody's. */
  | { readonly kind: 'missing'; readonly named: readonly string[] };

/** GitHub tells environments apart whatever the case of their letters; so must everything that is said of one. */
export const sameEnvironment = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export function findEnvironment(
  { environments, namesEnvironments }: Pick<SlipwayFile, 'environments' | 'namesEnvironments'>,
  name: string,
): FoundEnvironment {
  if (!namesEnvironments) return { kind: 'none named' };
  const environment = environments.find((each) => sameEnvironment(each.name, name));
  return environment === undefined
    ? { kind: 'missing', named: environments.map((each) => each.name) }
    : { kind: 'found', environment };
}

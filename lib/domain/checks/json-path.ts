import { isMap } from './fields.ts';

/**
 * A small part of RFC 9535 (JSONPath): names and indexes, `$.items[0].name`, `$['x y']`, `[-1]` for the last. No
 * wildcards and no filters: a check asks for one value.
 */
const step = /^(?:\.([A-Za-z_$][\w$-]*)|\[(-?\d+)\]|\['([^']*)'\]|\["([^"]*)"\])/;

/** The steps of a path; undefined when it does not parse. */
export function parseJsonPath(path: string): (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const found = step.exec(rest);
    if (found === null) return undefined;
    const [whole, name, index, single, double] = found;
    steps.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
    rest = rest.slice(whole.length);
  }
  return steps;
}

/** The value at a path; undefined where there is none, or the path does not parse. */
export function atJsonPath(document: unknown, path: string): unknown {
  return parseJsonPath(path)?.reduce<unknown>((value, key) => {
    if (typeof key === 'number') return Array.isArray(value) ? (value as unknown[]).at(key) : undefined;
    return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, document);
}

/** A path into a chart's values as Helm's `--set` writes it: `a.b`, `list[0].image`, `a\.b` for a dot in a key. */
export type ValuesPath = readonly (string | number)[];

/** Reads a path; undefined when it is not one (empty key, bracket without a number). */
export function parseValuesPath(text: string): ValuesPath | undefined {
  const steps: (string | number)[] = [];
  for (const part of text.split(/(?<!\\)\./)) {
    const [, key = '', indices = ''] = /^((?:\\.|[^[\]\\])*)((?:\[\d+\])*)$/.exec(part) ?? [];
    if (key === '') return undefined;
    steps.push(
      key.replace(/\\(.)/g, '$1'),
      ...[...indices.matchAll(/\d+/g)].map(([digits]) => Number(digits)),
    );
  }
  return steps;
}

/** Writes a path the way `parseValuesPath` reads it. */
export const formatValuesPath = (path: ValuesPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = step.replace(/[.\\[\]]/g, '\\$&');
    return text === '' ? key : `${text}.${key}`;
  }, '');

/** What stands at a path; undefined when nothing does. */
export function valueAt(values: unknown, path: ValuesPath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined;
    return isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, values);
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import type { Module } from './types.ts';

/** Each after those that it depends on, else as the file has them. Of a circle, which the parser refuses, no order is right. */
export function inOrder(modules: readonly Module[]): Module[] {
  const placed: Module[] = [];
  const place = (module: Module, under: readonly Module[]): void => {
    if (placed.includes(module) || under.includes(module)) return;
    for (const dependency of modules.filter(({ name }) => module.dependsOn.includes(name)))
      place(dependency, [...under, module]);
    placed.push(module);
  };
  for (const module of modules) place(module, []);
  return placed;
}

/** The names along a circle, the first one again at the end; undefined where there is none. */
export function circleIn(modules: readonly Module[]): string[] | undefined {
  const known = new Map(modules.map((module) => [module.name, module]));
  const clear = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (clear.has(name)) return undefined;
    for (const next of known.get(name)?.dependsOn ?? []) {
      const circle = walk(next, [...path, name]);
      if (circle !== undefined) return circle;
    }
    clear.add(name);
    return undefined;
  };
  for (const { name } of modules) {
    const circle = walk(name, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

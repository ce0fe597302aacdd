/** Which modules a change affects: those whose files changed, and whoever depends on them. */
import { inOrder } from './order.ts';
import type { ChangedModule, Module } from './types.ts';

export interface Affected {
  /** Each after those that it depends on. */
  readonly modules: readonly ChangedModule[];
  /** Changed files that belong to no module. */
  readonly outside: readonly string[];
}

export function affectedModules(modules: readonly Module[], files: readonly string[]): Affected {
  const why = new Map<string, string>();
  for (const { name, paths } of modules) {
    const first = files.find((file) => paths.matches(file));
    if (first !== undefined) why.set(name, first);
  }
  const ordered = inOrder(modules);
  // In this order every dependency is settled before its dependants are looked at.
  for (const { name, dependsOn } of ordered) {
    const dependency = dependsOn.find((each) => why.has(each));
    if (!why.has(name) && dependency !== undefined) why.set(name, `depends on ${dependency}`);
  }
  return {
    modules: ordered.flatMap(({ name }) => {
      const reason = why.get(name);
      return reason === undefined ? [] : [{ name, why: reason }];
    }),
    outside: files.filter((file) => !modules.some(({ paths }) => paths.matches(file))),
  };
}

/** Some or all of them for a reason that is not in their files. */
export const modulesFor = (modules: readonly Module[], why: string): ChangedModule[] =>
  inOrder(modules).map(({ name }) => ({ name, why }));

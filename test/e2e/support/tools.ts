import { findTool } from '../../../sandbox/tools.ts';

/** The Helms that the action is made for, for test.each. */
export const majors = ['helm3', 'helm4'] as const;
export type Major = (typeof majors)[number];

const found = new Map<string, Promise<string>>();

/** Path of a tool that the sandbox has built. */
export function tool(name: Major | 'kubectl'): Promise<string> {
  const known = found.get(name) ?? find(name);
  found.set(name, known);
  return known;
}

async function find(name: Major | 'kubectl'): Promise<string> {
  const path = await findTool(name);
  if (path === undefined) throw new Error(`${name} is not built: npm run sandbox -- tools ${name}`);
  return path;
}

import { ensureTools } from '../../sandbox/tools.ts';
import type { ToolName } from '../../sandbox/tool-list.ts';

/** A tool as the sandbox builds it, built now if it is not in the cache. */
export async function toolPath(name: ToolName): Promise<string> {
  return (await ensureTools([name]))[name];
}

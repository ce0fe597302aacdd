/** Room on a disk, as df tells it where a server runs. */
import { TargetError, ToolError } from '../../domain/errors.ts';

/** In bytes, for an ordinary user; undefined where it cannot be learnt. `output` runs a tool there. */
export async function freeBelow(
  directory: string,
  output: (tool: readonly string[]) => Promise<string>,
): Promise<number | undefined> {
  try {
    return readDf(await output(['df', '-P', '-k', directory]));
  } catch (error) {
    // No df there, or no such folder: a socket may be handed from one container to another.
    if (error instanceof ToolError || error instanceof TargetError) return undefined;
    throw error;
  }
}

/** What POSIX df -P -k prints: a heading, then name, blocks, used, available, capacity, mounted on. */
export function readDf(text: string): number | undefined {
  const [, line = ''] = text.trim().split('\n');
  const [, available] = / \d+ +\d+ +(\d+) +\d+% /.exec(line) ?? [];
  return available === undefined ? undefined : Number(available) * 1024;
}

import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

/** Process ids below `root`, from /proc. Those whose parent has died belong to somebody else by now. */
export function descendants(root: number): number[] {
  const children = Map.groupBy(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
    parentOf,
  );
  const below = (pid: number): number[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

/** Whether it runs: a zombie that nobody has waited for does not. */
export function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat[0] !== 'Z' && stat[0] !== 'X';
}

/** Resolves when none of them runs any more: a signal takes a moment. Rejects after 5 s, naming who is left. */
export async function allGone(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + 5_000;
  for (let left = pids.filter(isAlive); left.length > 0; left = left.filter(isAlive)) {
    if (Date.now() > deadline) throw new Error(`still running: ${left.join(', ')}`);
    await after(20);
  }
}

const parentOf = (pid: number): number => Number(statOf(pid)?.[1] ?? -1);

/** State, parent and the rest: what follows the command name, which may itself hold spaces and brackets. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** What its program is called, at most 15 letters of it; empty when it has ended. */
export function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

import type { Commit } from '../../ports/git.ts';

/** One line of `--format=%H %ct`; undefined where it is none. */
export function parseCommit(stdout: string): Commit | undefined {
  const [, sha, seconds] = /^([0-9a-f]{40,64}) (\d+)$/.exec(stdout.trim()) ?? [];
  if (sha === undefined) return undefined;
  return { sha, date: new Date(Number(seconds) * 1_000).toISOString() };
}

/** Names that end with NUL each, since a name may hold a line break. */
export const parseNames = (stdout: string): string[] => stdout.split('\0').filter((name) => name !== '');

export const parseLines = (stdout: string): string[] => stdout.split('\n').filter((line) => line !== '');

/** What lies between what runs and what is proposed, in the words of its commits. */

export interface Changes {
  /** Oldest first. */
  readonly commits: readonly Change[];
  readonly files: readonly string[];
  /** GitHub lists only so many of each: true where there are more than these. */
  readonly cut: { readonly commits: boolean; readonly files: boolean };
  /** `behind`: the proposal is older than what runs. */
  readonly relation: 'ahead' | 'behind' | 'diverged' | 'identical';
}

export interface Change {
  readonly sha: string;
  /** First line of the message; of a merged pull request its title. */
  readonly title: string;
  readonly author: string;
  /** Number of the pull request that its message names; undefined where it names none. */
  readonly pull: number | undefined;
}

/** As GitHub writes it: `Merge pull request #12 from …` for a merge, `Title (#12)` for a squash. */
export function pullIn(message: string): number | undefined {
  const [title = ''] = message.split('\n');
  const [, merged, squashed] = /^Merge pull request #(\d+) |\(#(\d+)\)$/.exec(title.trim()) ?? [];
  const number = merged ?? squashed;
  return number === undefined ? undefined : Number(number);
}

/** A merge's first line names a branch; what was merged stands below it. */
export function titleOf(message: string): string {
  const [first = '', ...more] = message.split('\n').map((line) => line.trim());
  return first.startsWith('Merge pull request #') ? (more.find((line) => line !== '') ?? first) : first;
}

export const authorsOf = ({ commits }: Pick<Changes, 'commits'>): string[] => [
  ...new Set(commits.map(({ author }) => author)),
];

/** What a checkout knows of its commits. Nothing here changes anything, and nothing is fetched. */
export interface Git {
  /** The commit that is checked out; undefined where there is no checkout, no commit yet, or no git. */
  head(): Promise<Commit | undefined>;
  /** The commit that a name, tag or hash stands for; undefined where it is not in this clone. */
  commit(name: string): Promise<Commit | undefined>;
  /** History was cut off (`fetch-depth`): what is not here may exist. */
  isShallow(): Promise<boolean>;
  /** Where two commits parted; undefined where their histories, as far as they are here, never met. */
  mergeBase(one: string, other: string): Promise<string | undefined>;
  /** Files that differ between two commits, from the root of the repository; of a renamed one both names. */
  changedFiles(from: string, to: string): Promise<readonly string[]>;
  /** The tags that a commit's history has. */
  tagsIn(commit: string): Promise<readonly string[]>;
}

export interface Commit {
  /** Hex, whole. */
  readonly sha: string;
  /** When it was committed, ISO 8601 in UTC. */
  readonly date: string;
}

/** Arguments of git, for reading only. */

/**
 * Settings that hold whatever the repository's own config says: a container's user is not the folder's owner, and git then
 * refuses to look (safe.directory, git 2.35.2); an fsmonitor is a program that the repository names.
 */
const always = (folder: string): string[] => [
  'git',
  '-C',
  folder,
  '-c',
  `safe.directory=${folder}`,
  '-c',
  'core.fsmonitor=false',
];

/** Hash and commit date in seconds. `--end-of-options`: a name may begin with a dash. */
export const commitArgv = (folder: string, name: string): string[] => [
  ...always(folder),
  'log',
  '-1',
  '--no-show-signature',
  '--format=%H %ct',
  '--end-of-options',
  `${name}^{commit}`,
  '--',
];

export const shallowArgv = (folder: string): string[] => [
  ...always(folder),
  'rev-parse',
  '--is-shallow-repository',
];

export const mergeBaseArgv = (folder: string, one: string, other: string): string[] => [
  ...always(folder),
  'merge-base',
  '--end-of-options',
  one,
  other,
];

/** Trees alone are read, so that a clone without blobs (`filter: blob:none`) has all it takes. */
export const changedFilesArgv = (folder: string, from: string, to: string): string[] => [
  ...always(folder),
  'diff-tree',
  '-r',
  '-z',
  '--name-only',
  '--end-of-options',
  from,
  to,
];

export const tagsArgv = (folder: string, commit: string): string[] => [
  ...always(folder),
  'tag',
  '--list',
  `--merged=${commit}`,
];

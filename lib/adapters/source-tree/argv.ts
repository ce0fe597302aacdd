/**
 * Git as it would answer with no settings of its own: the executable bit counts, no daemon is asked what changed, the
 * index is not written, and a checkout of another user's (a job in a container) is read as well.
 */
const git = [
  'git',
  ...['core.fileMode=true', 'core.fsmonitor=false', 'core.checkStat=default', 'core.trustctime=true'].flatMap(
    (setting) => ['-c', setting],
  ),
  '-c',
  'safe.directory=*',
];

/** Where the folder lies in its repository, and which hash names things there. */
export const placeArgv = [...git, 'rev-parse', '--show-prefix', '--show-object-format'];

/** Every tracked path below the folder with mode, id and flags (`H`: none). */
export const indexArgv = [...git, 'ls-files', '-z', '-s', '-v'];

/** Tracked paths that are not as the index or the commit has them; from the repository's root. */
export const changesArgv = [
  ...git,
  'status',
  '-z',
  '--porcelain=v2',
  '--untracked-files=no',
  '--ignore-submodules=all',
  '--no-renames',
  '--',
  '.',
];

/** Takes paths on standard input, NUL after each. */
export const attributesArgv = [...git, 'check-attr', '-z', '--stdin', '--all'];

/** Takes ids on standard input, one a line. */
export const sizesArgv = [...git, 'cat-file', '--batch-check=%(objectname) %(objectsize)', '--buffer'];

/** Exits with 1 where nothing is set. */
export const lineEndsArgv = [...git, 'config', '--get-regexp', '^core\\.(autocrlf|eol)$'];

/** What a build can learn from `.git`: the commit, the branch, the tags, and whether history was cut off. */
export const headArgvs = [
  [...git, 'rev-parse', '--is-shallow-repository', 'HEAD'],
  [...git, 'rev-parse', '--symbolic-full-name', 'HEAD'],
  [...git, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/tags'],
];

/** What would point git at another repository than the folder's. */
export const environment = {
  GIT_OPTIONAL_LOCKS: '0',
  LC_ALL: 'C',
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_PREFIX: undefined,
};

/** The Git port over the git on PATH. */
import type { Milliseconds } from '../../domain/duration.ts';
import { ToolError } from '../../domain/errors.ts';
import type { Git } from '../../ports/git.ts';
import type { Exit, Spawn } from '../../ports/process.ts';
import * as argv from './argv.ts';
import { parseCommit, parseLines, parseNames } from './parse.ts';

export interface GitOptions {
  readonly spawn: Spawn;
  /** Any folder of the checkout. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/** Even the tags of a large repository are listed in a second or two. */
const timeout: Milliseconds = 60_000;

/** What git says must not depend on the runner's language, and a missing object is missing: it is not fetched. */
const env = {
  LC_ALL: 'C',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
};

export function gitCli({ spawn, folder, signal }: GitOptions): Git {
  const run = (args: readonly string[]): Promise<Exit> =>
    spawn({ argv: args, env }, { timeout, ...(signal === undefined ? {} : { signal }) });
  const succeed = async (args: readonly string[]): Promise<string> => {
    const exit = await run(args);
    if (exit.status !== 0) throw failed(args, exit);
    return exit.stdout;
  };
  const commit: Git['commit'] = async (name) => {
    const args = argv.commitArgv(folder, name);
    const exit = await run(args);
    if (exit.status === 0) return parseCommit(exit.stdout);
    if (isAbsent(exit)) return undefined;
    throw failed(args, exit);
  };

  return {
    commit,
    async head() {
      try {
        return await commit('HEAD');
      } catch (error) {
        // No git at all is no checkout either: nothing was asked of one yet.
        if (error instanceof ToolError && error.exit === 'ENOENT') return undefined;
        throw error;
      }
    },
    async isShallow() {
      return (await succeed(argv.shallowArgv(folder))).trim() === 'true';
    },
    async mergeBase(one, other) {
      const args = argv.mergeBaseArgv(folder, one, other);
      const exit = await run(args);
      // 1: they have none. 128: one of them is not here.
      if (exit.status === 0) return parseLines(exit.stdout)[0];
      if (exit.status === 1 || isAbsent(exit)) return undefined;
      throw failed(args, exit);
    },
    changedFiles: async (from, to) => parseNames(await succeed(argv.changedFilesArgv(folder, from, to))),
    tagsIn: async (name) => parseLines(await succeed(argv.tagsArgv(folder, name))),
  };
}

/** Not a repository, no commit yet, a name or object that is not in this clone. */
const isAbsent = ({ stderr }: Exit): boolean =>
  /not a git repository|bad revision|unknown revision|Not a valid (object|commit) name|bad object|does not have any commits|Could not read|cannot change to/i.test(
    stderr,
  );

const failed = (args: readonly string[], { status, stderr }: Exit): ToolError =>
  new ToolError('git could not read the checkout', {
    argv: args,
    exit: status,
    lastLines: stderr.trimEnd().split('\n').slice(-10),
    remedy: 'check out the repository with actions/checkout before this step',
  });

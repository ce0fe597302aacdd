import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** A team's git repository with one branch, `main`. */
export interface TeamRepository {
  readonly path: string;
  /** Writes the files (path → text) over what is there and commits all; the commit's id. */
  commit(message: string, files: Readonly<Record<string, string>>): Promise<string>;
}

const run = promisify(execFile);

/** Of nobody's configuration: a commit hook or a signing key of this machine's user has no place here. */
const gitEnvironment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@acme.example',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@acme.example',
};

/** An empty repository in a folder that does not exist yet, with copies of whole folders: `charts/shop` → where from. */
export async function teamRepository(
  path: string,
  folders: Readonly<Record<string, string>> = {},
): Promise<TeamRepository> {
  await mkdir(path, { recursive: true });
  for (const [target, source] of Object.entries(folders))
    await cp(source, join(path, target), { recursive: true });
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', args, { cwd: path, env: gitEnvironment })).stdout.trim();
  await git('init', '--quiet', '--initial-branch=main');
  return {
    path,
    async commit(message, files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), text);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '--message', message);
      return git('rev-parse', 'HEAD');
    },
  };
}

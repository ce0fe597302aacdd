/** `npm run lint:workflows`: actionlint and zizmor over every workflow and action of this project. */
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { cacheDirectory } from '../sandbox/layout.ts';
import { ensureTools } from '../sandbox/tools.ts';
import { runCommand } from './run-command.ts';

const root = resolve(import.meta.dirname, '..');
const own = globSync('.github/workflows/*.yml', { cwd: root });
const examples = globSync('workflows-examples/*.yml', { cwd: root });
const workflows = [...own, ...examples];
const actions = globSync(['action.yml', 'actions/*/action.yml'], { cwd: root });

/** zizmor in a virtual environment of its own, made once per pinned version. */
async function zizmor(): Promise<string> {
  const pin = join(root, '.ci/zizmor.txt');
  const key = createHash('sha256').update(readFileSync(pin)).digest('hex').slice(0, 16);
  const tools = join(cacheDirectory(process.env), 'tools');
  const home = join(tools, `zizmor-${key}`);
  if (existsSync(home)) return join(home, 'bin/zizmor');

  mkdirSync(tools, { recursive: true });
  const unfinished = mkdtempSync(`${home}.unfinished-`);
  try {
    await pythonEnvironment(unfinished);
    // The program is a binary of its own, so the environment may move.
    const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '-r', pin];
    await must([join(unfinished, 'bin/python3'), ...install]);
    if (!existsSync(home)) renameSync(unfinished, home);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return join(home, 'bin/zizmor');
}

/** Debian keeps venv in a package of its own; as root it is installed, like the sandbox's packages. */
async function pythonEnvironment(folder: string): Promise<void> {
  const create = ['python3', '-m', 'venv', folder];
  if ((await runCommand(create)).ok) return;
  if (process.getuid?.() === 0 && (await runCommand(['apt-get', '--version'])).ok) {
    await must(['apt-get', 'update', '--quiet']);
    await must(['apt-get', 'install', '--quiet', '--yes', '--no-install-recommends', 'python3-venv']);
  }
  await must(
    create,
    'zizmor comes from PyPI: install python3 with venv (Debian: apt-get install python3-venv)',
  );
}

async function must(argv: readonly string[], remedy = ''): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const { ok, output } = await runCommand(argv, { env, timeout: 300_000 });
  if (!ok) throw new Error([`${argv.join(' ')} failed`, output.trim(), remedy].filter(Boolean).join('\n'));
}

/** The examples where their teams lay them, so that a call of `./.github/workflows/…` is held against the example it means. */
function teamRepository(): string {
  const team = mkdtempSync(join(tmpdir(), 'slipway-examples-'));
  const folder = join(team, '.github', 'workflows');
  for (const path of [folder, join(team, '.git')]) mkdirSync(path, { recursive: true });
  for (const path of examples) cpSync(join(root, path), join(folder, basename(path)));
  return team;
}

/** shellcheck and pyflakes stay off: what happens to be on a machine must not change the outcome. */
async function lint(): Promise<boolean> {
  const { actionlint } = await ensureTools(['actionlint']);
  const check = [actionlint, '-no-color', '-shellcheck=', '-pyflakes='];
  const security = [await zizmor(), '--offline', '--no-progress', '--strict-collection'];
  const team = teamRepository();
  try {
    const runs: [cwd: string, argv: string[]][] = [
      [root, [...check, ...own]],
      [team, check],
      [root, [...security, ...workflows, ...actions]],
    ];
    let clean = true;
    for (const [cwd, argv] of runs) clean = (await runCommand(argv, { cwd, show: true })).ok && clean;
    return clean;
  } finally {
    rmSync(team, { recursive: true, force: true });
  }
}

try {
  if (own.length === 0 || examples.length === 0 || actions.length === 0)
    throw new Error('found no workflow, or no action, to check');
  if (!(await lint())) process.exitCode = 1;
} catch (error) {
  console.error(`lint-workflows: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

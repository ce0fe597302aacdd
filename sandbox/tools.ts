import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from './layout.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';
import { tools, type Tool, type ToolName } from './tool-list.ts';

/** How many builds run side by side; each uses every core it gets, so more would only cost memory. */
const sideBySide = 2;

/**
 * Paths of the tools asked for. Each is built once per content of its module and version of Go, into a cache where
 * two commands at once build it once and an interrupted build leaves nothing that looks finished.
 */
export async function ensureTools<Name extends ToolName>(
  names: readonly Name[],
  progress?: Progress,
): Promise<Record<Name, string>> {
  const folders = new Map(names.map((name): [string, Tool] => [tools[name].folder, tools[name]]));
  const waiting = [...folders.values()];
  const built = new Map<string, string>();
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      built.set(next.folder, await ensureTool(next, progress));
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  const paths = names.map((name) => [name, join(built.get(tools[name].folder) ?? '', tools[name].binary)]);
  return Object.fromEntries(paths) as Record<Name, string>;
}

/** The path of a tool that is already built, else undefined; builds nothing. */
export async function findTool(name: ToolName): Promise<string | undefined> {
  const path = join(await directoryOf(tools[name]), tools[name].binary);
  return existsSync(path) ? path : undefined;
}

async function ensureTool(tool: Tool, progress: Progress | undefined): Promise<string> {
  const directory = await directoryOf(tool);
  if (existsSync(directory)) return directory;
  const build = async () => {
    if (existsSync(directory)) return;
    await (progress ? progress.during(tool.folder, 'building', make) : make());
  };
  const make = () => buildInto(tool, directory);
  await withLock(directory, build, (pid) =>
    progress?.say(tool.folder, `waiting for process ${pid}, which is building it`),
  );
  return directory;
}

async function buildInto(tool: Tool, directory: string): Promise<void> {
  const home = join(directory, '..');
  await mkdir(home, { recursive: true });
  await removeUnfinished(home, basename(directory));
  const unfinished = await mkdtemp(`${directory}.unfinished-`);
  try {
    const binary = join(unfinished, tool.folder === 'kube' ? 'kube' : tool.binary);
    await go(tool, [
      'build',
      '-trimpath',
      '-mod=readonly',
      '-ldflags',
      await ldflags(tool),
      '-o',
      binary,
      tool.package,
    ]);
    await Promise.all(tool.links.map((link) => symlink(basename(binary), join(unfinished, link))));
    await rename(unfinished, directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Called under the tool's lock, so what a killed build left belongs to nobody. */
async function removeUnfinished(home: string, name: string): Promise<void> {
  const left = (await readdir(home)).filter((entry) => entry.startsWith(`${name}.unfinished-`));
  await Promise.all(left.map((entry) => rm(join(home, entry), { recursive: true, force: true })));
}

async function directoryOf(tool: Tool): Promise<string> {
  const source = sourceOf(tool);
  const files = (await readdir(source)).filter((name) => /\.go$|^go\.(mod|sum)$/.test(name)).sort();
  const hash = createHash('sha256').update(`${await goVersion()} ${process.arch} ${await ldflags(tool)}`);
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(join(source, file)));
  return join(cacheDirectory(process.env), 'tools', `${tool.folder}-${hash.digest('hex').slice(0, 16)}`);
}

const sourceOf = (tool: Tool): string => join(import.meta.dirname, 'tools', tool.folder);

async function ldflags(tool: Tool): Promise<string> {
  const module = await readFile(join(sourceOf(tool), 'go.mod'), 'utf8');
  const stamps = tool.stamps((name) => versionIn(module, name));
  return [
    '-s',
    '-w',
    ...Object.entries(stamps).flatMap(([symbol, value]) => ['-X', `${symbol}=${value}`]),
  ].join(' ');
}

function versionIn(goMod: string, name: string): string {
  const line = goMod.split('\n').find((each) => each.trim().replace('require ', '').startsWith(`${name} v`));
  const version = line?.match(/ (v\S+)/)?.[1];
  if (!version) throw new Error(`go.mod does not require ${name}`);
  return version;
}

let version: Promise<string> | undefined;
function goVersion(): Promise<string> {
  version ??= promisify(execFile)('go', ['env', 'GOVERSION']).then(
    ({ stdout }) => stdout.trim(),
    (cause: unknown) => {
      throw new Error('go is not on PATH; install Go from https://go.dev/dl, or golang-go', { cause });
    },
  );
  return version;
}

function go(tool: Tool, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn('go', args, {
      cwd: sourceOf(tool),
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => (said = (said + String(text)).slice(-4000)));
    child.on('error', fail);
    child.on('close', (code) =>
      code === 0
        ? done()
        : fail(new Error(`building ${tool.folder} failed (go exited ${code})\n${said.trim()}`)),
    );
  });
}

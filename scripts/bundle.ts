/**
 * From TypeScript to dist/: tsc emits JavaScript, ncc bundles it, one folder per action. The bytes depend on
 * the sources and the lockfile alone: not on the folder, the machine or the time.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { cacheDirectory } from '../sandbox/layout.ts';
import { runCommand } from './run-command.ts';

export const projectRoot = resolve(import.meta.dirname, '..');

export interface Bundle {
  /** The folder under dist/. */
  readonly name: string;
  /** Relative to the root, as TypeScript. */
  readonly entry: string;
}

export interface Built extends Bundle {
  readonly bytes: number;
  readonly seconds: number;
  readonly cached: boolean;
}

/** Bundles that actions load only when an input asks for what is in them. */
const shared: readonly Bundle[] = [
  { name: 'kubernetes-credentials', entry: 'lib/adapters/kubernetes/credentials/entry.ts' },
  { name: 'databases', entry: 'lib/adapters/databases/entry.ts' },
];
/**
 * What `post:` names. Main leaves a flag for post, but a main that is cancelled as its node starts leaves nothing, and
 * post would then be a main: in a job that was cancelled it would ship the release.
 */
const postScript = "process.env.STATE_isPost = 'true';\nawait import('./index.js');\n";
const wholeBundle = ['index.js', 'licenses.txt', 'package.json'];

/** `ws` asks for these in a try block and does without them. */
const optionalPeers = new Set(['bufferutil', 'utf-8-validate']);

/** Every folder of actions/, and what they share. */
export async function bundles(root = projectRoot): Promise<Bundle[]> {
  const folders = await readdir(join(root, 'actions'), { withFileTypes: true });
  const actions = folders
    .filter((folder) => folder.isDirectory())
    .map(({ name }) => ({ name, entry: `actions/${name}/main.ts` }));
  const all = [...actions, ...shared.filter(({ entry }) => existsSync(join(root, entry)))];
  return all.sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Builds dist/ into `out`, which is emptied first. A bundle whose inputs have not changed comes from the
 * cache; `fresh` builds it anyway. Throws with the tool's own words.
 */
export async function buildDist(out: string, { fresh = false } = {}): Promise<Built[]> {
  const emitted = await emit();
  try {
    await rm(out, { recursive: true, force: true });
    await mkdir(out, { recursive: true });
    return await twoAtOnce(await bundles(), (bundle) =>
      build(bundle, emitted, join(out, bundle.name), fresh),
    );
  } finally {
    await rm(emitted, { recursive: true, force: true });
  }
}

/** Emits JavaScript into a folder of this run, so that two builds at once do not meet. */
async function emit(): Promise<string> {
  await mkdir(join(projectRoot, 'build'), { recursive: true });
  const folder = await mkdtemp(join(projectRoot, 'build', 'emit-'));
  const tsc = join(projectRoot, 'node_modules/typescript/bin/tsc');
  const done = await runCommand([process.execPath, tsc, '-p', 'tsconfig.build.json', '--outDir', folder], {
    cwd: projectRoot,
  });
  if (done.ok) return folder;
  await rm(folder, { recursive: true, force: true });
  throw new Error(`tsc found errors:\n${done.output}`);
}

async function build(bundle: Bundle, emitted: string, out: string, fresh: boolean): Promise<Built> {
  const started = performance.now();
  const script = bundle.entry.replace(/\.ts$/, '.js');
  if (!existsSync(join(emitted, script))) {
    throw new Error(`${bundle.name}: ${bundle.entry} is missing; every folder of actions/ needs one`);
  }
  const kept = join(
    cacheDirectory(process.env),
    'bundles',
    `${bundle.name}-${await inputsHash(script, emitted)}`,
  );
  const cached = !fresh && existsSync(kept);
  if (cached) await cp(kept, out, { recursive: true });
  else {
    await ncc(script, emitted, out);
    await assertSelfContained(bundle.name, out);
    await keep(bundle.name, out, kept);
  }
  if (existsSync(join(emitted, dirname(script), 'post.js')))
    await writeFile(join(out, 'post.js'), postScript);
  const { size: bytes } = await stat(join(out, 'index.js'));
  return { ...bundle, bytes, seconds: (performance.now() - started) / 1_000, cached };
}

/** ncc names modules by their path from its working folder, hence `cwd`: the emitted folder's name must not show. */
export async function ncc(script: string, cwd: string, out: string): Promise<void> {
  const cli = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');
  const flags = ['--minify', '--no-cache', '--quiet', '--license', 'licenses.txt'];
  const done = await runCommand([process.execPath, cli, 'build', script, ...flags, '--out', out], { cwd });
  if (!done.ok || !existsSync(join(out, 'index.js'))) throw new Error(`ncc ${script}:\n${done.output}`);
}

/** Refuses what would break on a runner, or differ on another machine. */
async function assertSelfContained(name: string, out: string): Promise<void> {
  const extra = (await readdir(out)).filter((file) => !wholeBundle.includes(file));
  if (extra.length > 0) {
    throw new Error(
      `${name}: ncc wrote ${extra.join(', ')} beside index.js. A lazy import() makes an unminified chunk and ` +
        `new URL(…, import.meta.url) an asset: import(/* webpackMode: "eager" */ …) keeps it in one file and loads it ` +
        `when it is needed, /* webpackIgnore: true */ leaves it to a bundle of its own`,
    );
  }
  const problems = bundleProblems(await readFile(join(out, 'index.js'), 'utf8'), [projectRoot, homedir()]);
  if (problems.length > 0) throw new Error(`${name}: ${problems.join('; ')}`);
}

/** What is wrong with a bundle's text: `machinePaths` are folders that must not show in it. */
export function bundleProblems(text: string, machinePaths: readonly string[]): string[] {
  const missing = [...text.matchAll(/eval\(\s*["']require["']\s*\)\(\s*["']([^"']+)["']/g)]
    .map((match) => match[1] ?? '')
    .filter((peer) => !optionalPeers.has(peer));
  return [
    ...new Set(missing.map((peer) => `requires ${peer}, which is not installed and fails in an ES module`)),
    ...machinePaths
      .filter((path) => path.length > 1 && text.includes(`${path}/`))
      .map((path) => `names the path ${path}`),
  ];
}

/** A hash of everything that decides the bytes: the modules reached, what is installed, Node, this script. */
async function inputsHash(script: string, emitted: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [...(await reached(script, emitted))].sort()) {
    hash
      .update(`${file}\0`)
      .update(await readFile(join(emitted, file)))
      .update('\0');
  }
  // Name and licence of the project itself stand in licenses.txt too.
  for (const file of ['node_modules/.package-lock.json', 'package.json', 'LICENSE']) {
    hash.update(await readFile(join(projectRoot, file)));
  }
  hash.update(await readFile(import.meta.filename)).update(process.version);
  return hash.digest('hex').slice(0, 24);
}

/** The emitted modules that `script` imports, directly or not, relative to `emitted`. */
async function reached(script: string, emitted: string): Promise<Set<string>> {
  const found = new Set<string>();
  const queue = [script];
  for (const file of queue) {
    if (found.has(file)) continue;
    found.add(file);
    const text = await readFile(join(emitted, file), 'utf8');
    for (const [, target = ''] of text.matchAll(
      /(?:from|import)\s*\(?\s*(?:\/\*.*?\*\/\s*)?["'](\.[^"']+)["']/g,
    )) {
      queue.push(relative(emitted, resolve(emitted, dirname(file), target)));
    }
  }
  return found;
}

/** Keeps a bundle for the next run and drops the older ones of the same name, but for the last few. */
async function keep(name: string, out: string, kept: string): Promise<void> {
  const folder = dirname(kept);
  await mkdir(folder, { recursive: true });
  const half = await mkdtemp(join(folder, '.half-'));
  await cp(out, half, { recursive: true });
  await rm(kept, { recursive: true, force: true });
  await rename(half, kept);
  const older = (await readdir(folder)).filter((each) => new RegExp(`^${name}-[0-9a-f]{24}$`).test(each));
  const dated = await Promise.all(
    older.map(async (each) => ({ each, at: (await stat(join(folder, each))).mtimeMs })),
  );
  for (const { each } of dated.sort((a, b) => b.at - a.at).slice(4)) {
    if (each !== basename(kept)) await rm(join(folder, each), { recursive: true, force: true });
  }
}

async function twoAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all([lane(), lane()]);
  return results;
}

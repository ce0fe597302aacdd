/**
 * How large every bundle is and how soon it works: each action is run without its required inputs, so that it
 * ends with that error and nothing else, beside a script that only imports the toolkit, bundled the same way.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ncc, projectRoot } from '../scripts/bundle.ts';
import { figure, markdownTable, median, percentile } from './table.ts';
import type { Benchmark, Goal } from './table.ts';

const dist = join(projectRoot, 'dist');
const credentials = 'kubernetes-credentials';
const warmUps = 2;
const defaultRounds = 20;

/** The `@actions/*` packages that the design gives an action; what is not listed has these two. */
const toolkit: Readonly<Record<string, readonly string[]>> = {};
const usualToolkit = ['@actions/core', '@actions/github'];

interface Bundle {
  readonly name: string;
  readonly raw: number;
  readonly gzip: number;
  readonly kubernetes: boolean;
}

interface Candidate {
  readonly name: string;
  readonly file: string;
  /** What its error says; undefined when it ends well. */
  readonly fails?: RegExp;
}

/** Milliseconds by candidate, one list per round. */
type Rounds = readonly Readonly<Record<string, number>>[];

export async function run([given]: readonly string[]): Promise<Benchmark> {
  const count = given === undefined ? defaultRounds : Number(given);
  if (!Number.isInteger(count) || count < 1) throw new Error('bench startup [rounds]: a whole number');
  if (!existsSync(dist)) throw new Error('there is no dist/: npm run build');
  const folders = await readdir(dist);
  const bundles = await Promise.all(folders.sort().map(bundleIn));
  const actions = bundles.filter(({ name }) => name !== credentials);

  await mkdir(join(projectRoot, 'build'), { recursive: true });
  const folder = await mkdtemp(join(projectRoot, 'build', 'bench-'));
  try {
    const baselines = await toolkitScripts(actions, folder);
    const rounds = measure(
      [
        ...baselines,
        ...actions.map(({ name }) => ({
          name,
          file: join(dist, name, 'index.js'),
          fails: /required|input/i,
        })),
      ],
      count,
      folder,
    );
    return {
      tables: [sizeTable(bundles), timeTable(rounds)],
      goals: [...actions.flatMap((action) => actionGoals(action, rounds)), ...distGoals(bundles)],
      rounds,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleIn(name: string): Promise<Bundle> {
  const folder = join(dist, name);
  const files = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file))));
  const script = await readFile(join(folder, 'index.js'), 'utf8');
  return {
    name,
    raw: megabytes(files.reduce((sum, file) => sum + file.length, 0)),
    gzip: megabytes(files.reduce((sum, file) => sum + gzipSync(file).length, 0)),
    kubernetes: script.includes(credentials),
  };
}

const megabytes = (bytes: number): number => bytes / 1e6;

const toolkitOf = (action: string): readonly string[] => toolkit[action] ?? usualToolkit;
const baselineName = (packages: readonly string[]): string => packages.join(' + ');

/** A bundled script per set of packages; exporting what it imports keeps the bundler from dropping it. */
async function toolkitScripts(actions: readonly Bundle[], folder: string): Promise<Candidate[]> {
  const sets = new Map(actions.map(({ name }) => [baselineName(toolkitOf(name)), toolkitOf(name)]));
  const scripts: Candidate[] = [];
  for (const [name, packages] of sets) {
    const source = `baseline-${scripts.length}.js`;
    const text = packages.map((each, index) => `export * as package${index} from '${each}';\n`).join('');
    await writeFile(join(folder, source), text);
    const out = join(folder, `out-${scripts.length}`);
    await ncc(source, folder, out);
    scripts.push({ name, file: join(out, 'index.js') });
  }
  const empty = join(folder, 'empty.js');
  await writeFile(empty, '');
  return [...scripts, { name: 'an empty script', file: empty }];
}

/** Interleaved, each round in another order, so that a busy moment of the machine hits all alike. */
function measure(candidates: readonly Candidate[], count: number, temp: string): Rounds {
  const rounds: Record<string, number>[] = [];
  for (let round = 0; round < count + warmUps; round++) {
    const turn = round % candidates.length;
    const order = [...candidates.slice(turn), ...candidates.slice(0, turn)];
    const times = Object.fromEntries(order.map((candidate) => [candidate.name, start(candidate, temp)]));
    if (round >= warmUps) rounds.push(times);
  }
  return rounds;
}

function start({ name, file, fails }: Candidate, temp: string): number {
  const env = { PATH: process.env['PATH'] ?? '', RUNNER_TEMP: temp };
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { env, encoding: 'utf8' });
  const took = performance.now() - started;
  const asExpected = fails === undefined ? status === 0 : status === 1 && fails.test(stdout + stderr);
  if (!asExpected) throw new Error(`${name} ended with ${status}:\n${stdout}${stderr}`);
  return took;
}

const timesOf = (name: string, rounds: Rounds): number[] => rounds.map((round) => round[name] ?? Number.NaN);

function actionGoals({ name, raw, kubernetes }: Bundle, rounds: Rounds): Goal[] {
  const baseline = median(timesOf(baselineName(toolkitOf(name)), rounds));
  const bound = name === 'release' ? 2.2 : kubernetes ? 1.6 : 1.0;
  return [
    { id: `startup/${name}`, measured: median(timesOf(name, rounds)) / baseline, bound: 1.5, unit: '×' },
    { id: `bytes/${name}`, measured: raw, bound, unit: 'MB' },
  ];
}

function distGoals(bundles: readonly Bundle[]): Goal[] {
  const sum = (of: readonly Bundle[], what: 'raw' | 'gzip'): number =>
    of.reduce((total, bundle) => total + bundle[what], 0);
  const apart = bundles.filter(({ name }) => name === credentials);
  const rest = bundles.filter(({ name }) => name !== credentials);
  return [
    { id: 'dist/raw', measured: sum(rest, 'raw'), bound: 15, unit: 'MB' },
    { id: `dist/${credentials}`, measured: sum(apart, 'raw'), bound: 5.1, unit: 'MB' },
    { id: 'dist/gzip', measured: sum(bundles, 'gzip'), bound: 4.5, unit: 'MB' },
  ];
}

const sizeTable = (bundles: readonly Bundle[]): string =>
  markdownTable(
    ['bundle', 'raw MB', 'gzip MB'],
    bundles.map(({ name, raw, gzip }) => [name, figure(raw), figure(gzip)]),
  );

const timeTable = (rounds: Rounds): string =>
  markdownTable(
    ['cold start', 'n', 'median ms', 'p95 ms'],
    Object.keys(rounds[0] ?? {})
      .sort()
      .map((name) => [
        name,
        String(rounds.length),
        median(timesOf(name, rounds)).toFixed(1),
        percentile(timesOf(name, rounds), 95).toFixed(1),
      ]),
  );

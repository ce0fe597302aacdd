/** Makes of a chart's folder what is published: linted and packed by helm, then packed once more without dates. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { configOf } from '../../domain/published-chart/manifest.ts';
import type { Milliseconds } from '../../domain/duration.ts';
import type { ChartPackager, PackedChart } from '../../ports/chart-packager.ts';
import type { Spawn } from '../../ports/process.ts';
import { lintArgv, packageArgv } from './argv.ts';
import { asMap, readYaml, text, unpack } from './chart-files.ts';
import { failed, helmCommand } from './command.ts';
import { helmEnvironment } from './environment.ts';
import { explainPackage } from './explain-package.ts';

export interface PackagerOptions {
  /** A private folder of this step. */
  readonly home: string;
  /** Paths of values files start here. */
  readonly workspace: string;
  readonly signal?: AbortSignal;
  /** Default: `helm`, as found on PATH. */
  readonly program?: string;
}

const timeout: Milliseconds = 120_000;
const compress = promisify(gzip);

/** The packager over the helm on PATH, 3 or 4, and tar. */
export function chartPackager(
  spawn: Spawn,
  { home, workspace, signal, program = 'helm' }: PackagerOptions,
): ChartPackager {
  const helm = helmCommand(spawn, program, helmEnvironment({ path: home, kubeconfig: '' }));
  const run = { timeout, ...(signal === undefined ? {} : { signal }) };

  return {
    async lint(chart, { strict, valuesFiles }) {
      const files = valuesFiles.map((file) => resolve(workspace, file));
      const { status, stdout, stderr } = await helm.run(
        lintArgv(chart.path, { strict, valuesFiles: files }),
        run,
      );
      const lines = `${stdout}\n${stderr}`
        .split('\n')
        .filter((line) => /^\[(ERROR|WARNING|INFO)\]/.test(line));
      return { passed: status === 0, lines: status === 0 || lines.length > 0 ? lines : [stderr.trim()] };
    },

    async pack(chart, versions) {
      const into = await folderIn(home, 'package-');
      const argv = packageArgv(chart.path, { ...versions, into });
      const exit = await helm.run(argv, run);
      if (exit.status !== 0) throw explainPackage(exit.stderr, `chart ${chart.path}`) ?? failed(argv, exit);
      const [archive] = (await readdir(into)).filter((name) => name.endsWith('.tgz'));
      if (archive === undefined) throw failed(argv, exit);
      return withoutDates(join(into, archive), into, spawn);
    },

    async sourceHashOf(archive) {
      const into = await folderIn(home, 'archive-');
      await writeFile(join(into, 'chart.tgz'), archive);
      return hashOf(await unpack(join(into, 'chart.tgz'), join(into, 'unpacked'), spawn), spawn);
    },
  };
}

async function folderIn(home: string, prefix: string): Promise<string> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  return mkdtemp(join(home, prefix));
}

/** helm stamps every file with the time of packing: the same chart would have another digest at every run. */
async function withoutDates(archive: string, home: string, spawn: Spawn): Promise<PackedChart> {
  const folder = await unpack(archive, join(home, 'unpacked'), spawn);
  const tar = join(home, 'chart.tar');
  const argv = tarArgv(tar, join(home, 'unpacked'), folder.slice(folder.lastIndexOf('/') + 1));
  const exit = await spawn({ argv });
  if (exit.status !== 0) throw failed(argv, exit);
  const metadata = asMap(await readYaml(join(folder, 'Chart.yaml'), archive));
  return {
    name: text(metadata['name']),
    version: text(metadata['version']),
    appVersion: text(metadata['appVersion']),
    metadata,
    archive: await compress(await readFile(tar), { level: 9 }),
    sourceHash: await hashOf(folder, spawn),
  };
}

const tarArgv = (file: string, within: string, folder: string): string[] => [
  'tar',
  '--create',
  `--file=${file}`,
  '--sort=name',
  '--mtime=@0',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--mode=u=rwX,go=rX',
  `--directory=${within}`,
  folder,
];

/**
 * Names and contents of all files. Chart.yaml counts by what it says, for every helm writes it in its own way; the lock
 * without its date; and a subchart in an archive by what is in it, for helm packs `file://` ones anew each time.
 */
async function hashOf(folder: string, spawn: Spawn): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const hash = createHash('sha256');
  for (const file of files.toSorted()) {
    const path = file.slice(folder.length + 1);
    hash.update(`${path}\0${await contentOf(file, path, spawn)}\n`);
  }
  return hash.digest('hex');
}

async function contentOf(file: string, path: string, spawn: Spawn): Promise<string> {
  if (/^charts\/[^/]+\.tgz$/.test(path)) return hashOf(await unpack(file, `${file}.unpacked`, spawn), spawn);
  const said = /^(Chart\.(yaml|lock)|requirements\.lock)$/.test(path);
  const content = said ? configOf(undated(asMap(await readYaml(file, file)))) : await readFile(file);
  return createHash('sha256').update(content).digest('hex');
}

const undated = (said: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(said).filter(([key]) => key !== 'generated'));

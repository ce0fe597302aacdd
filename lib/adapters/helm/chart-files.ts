import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { TargetError } from '../../domain/errors.ts';
import type { Spawn } from '../../ports/process.ts';

export interface Dependency {
  readonly name: string;
  /** Empty where the chart gives none: then the name is the key of its values. */
  readonly alias: string;
  readonly version: string;
  /** `https://…`, `oci://…`, `file://…`, `@name`, or empty when it lies in charts/. */
  readonly repository: string;
}

const schema = CORE_SCHEMA.withTags(mergeTag);

/** What Chart.yaml (or requirements.yaml of charts made for Helm 2) declares and charts/ does not hold. */
export async function missingDependencies(folder: string): Promise<Dependency[]> {
  const [declared, present] = await Promise.all([dependenciesOf(folder), subcharts(folder)]);
  return declared.filter(({ name }) => !present.some((subchart) => holds(subchart, name)));
}

/** What Chart.yaml declares; requirements.yaml of charts made for Helm 2. */
export async function dependenciesOf(folder: string): Promise<Dependency[]> {
  const metadata = asMap(await readYaml(join(folder, 'Chart.yaml'), folder));
  const source =
    metadata['apiVersion'] === 'v1'
      ? asMap(await readYaml(join(folder, 'requirements.yaml'), folder, {}))
      : metadata;
  const list = Array.isArray(source['dependencies']) ? source['dependencies'].map(asMap) : [];
  return list.map((one) => ({
    name: text(one['name']),
    alias: text(one['alias']),
    version: text(one['version']),
    repository: text(one['repository']),
  }));
}

interface Subchart {
  readonly name: string;
  readonly archive: boolean;
}

/** Folders by the name in their Chart.yaml, archives by their file name, which helm writes as `name-version.tgz`. */
async function subcharts(folder: string): Promise<Subchart[]> {
  const entries = await readdir(join(folder, 'charts'), { withFileTypes: true }).catch(() => []);
  return Promise.all(
    entries.map(async (entry) => {
      if (entry.name.endsWith('.tgz')) return { name: entry.name, archive: true };
      const chart = asMap(await readYaml(join(folder, 'charts', entry.name, 'Chart.yaml'), folder, {}));
      return { name: text(chart['name']), archive: false };
    }),
  );
}

const holds = (subchart: Subchart, name: string): boolean =>
  subchart.archive
    ? subchart.name.startsWith(`${name}-`) && /^-v?\d/.test(subchart.name.slice(name.length))
    : subchart.name === name;

/** Whether there is a `crds/` with something in it, here or in a subchart. */
export async function findCrds(folder: string, spawn: Spawn): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  if (entries.some((path) => isCrdFile(path))) return true;
  const archives = entries.filter((path) => /^charts\/[^/]+\.tgz$/.test(path));
  const lists = await Promise.all(
    archives.map((path) => spawn({ argv: ['tar', '-tzf', join(folder, path)] })),
  );
  return lists.some(({ stdout }) =>
    stdout.split('\n').some((path) => isCrdFile(path.replace(/^[^/]+\//, ''))),
  );
}

const isCrdFile = (path: string): boolean => /^(?:charts\/[^/]+\/)*crds\/.+\.(?:ya?ml|json)$/.test(path);

/** Unpacks an archive and returns the chart's folder in it. Throws TargetError when it is no chart archive. */
export async function unpack(archive: string, into: string, spawn: Spawn): Promise<string> {
  await mkdir(into, { recursive: true, mode: 0o700 });
  const exit = await spawn({
    argv: ['tar', '-xzf', archive, '-C', into, '--no-same-owner', '--no-same-permissions'],
  });
  const folders = exit.status === 0 ? await readdir(into) : [];
  const [folder] = await Promise.all(
    folders.map(async (name) => ((await exists(join(into, name, 'Chart.yaml'))) ? join(into, name) : '')),
  ).then((found) => found.filter(Boolean));
  if (folder !== undefined) return folder;
  throw new TargetError(
    exit.status === 0
      ? 'there is no Chart.yaml in the archive'
      : `tar cannot read it: ${exit.stderr.trim().split('\n')[0] ?? ''}`,
    {
      subject: `chart ${archive}`,
      remedy: 'give a .tgz that helm package made, or the folder of a chart',
    },
  );
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Throws TargetError when it is not there, unless there is a fallback, and when it is not YAML. */
export async function readYaml(file: string, chart: string, fallback?: unknown): Promise<unknown> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    if (fallback !== undefined) return fallback;
    throw new TargetError(
      `there is no chart: ${file} does not exist`,
      {
        subject: `chart ${chart}`,
        remedy:
          'mend the path, which starts at the workspace (is actions/checkout before this step?); a chart of a repository needs repo',
      },
      { cause: error },
    );
  }
  try {
    return content.trim() === '' ? undefined : load(content, { schema });
  } catch (error) {
    throw new TargetError(
      `${file} is not YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
      {
        subject: `chart ${chart}`,
        remedy: 'mend the file',
      },
      { cause: error },
    );
  }
}

export const asMap = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

export const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** What the author's values are laid over: the chart's own values.yaml and those of its subcharts. */
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeValues } from '../../domain/helm/values.ts';
import { isMap } from '../../domain/images/values-path.ts';
import type { Spawn } from '../../ports/process.ts';
import { asMap, dependenciesOf, readYaml, unpack } from './chart-files.ts';

export interface Reading {
  readonly spawn: Spawn;
  /** Where archives of subcharts are unpacked; the caller removes it. */
  readonly scratch: string;
}

/**
 * Each subchart's defaults stand under its alias or name, and the parent's win over them, as Helm coalesces
 * values. A subchart that a condition turns off is there too.
 */
export async function defaultValues(folder: string, reading: Reading, chart = folder): Promise<unknown> {
  const [own, declared, charts] = await Promise.all([
    readYaml(join(folder, 'values.yaml'), chart, {}),
    dependenciesOf(folder),
    subchartFolders(folder, reading),
  ]);
  const below = await Promise.all(
    charts.map(async (subchart) => {
      const { name } = asMap(await readYaml(join(subchart, 'Chart.yaml'), chart, {}));
      const values = await defaultValues(subchart, reading, chart);
      const aliases = declared.filter((each) => each.name === name).map((each) => each.alias || each.name);
      return (aliases.length === 0 ? [String(name)] : aliases).map((key) => ({ [key]: values }));
    }),
  );
  return mergeValues({}, ...below.flat(), isMap(own) ? own : {});
}

async function subchartFolders(folder: string, { spawn, scratch }: Reading): Promise<string[]> {
  const entries = await readdir(join(folder, 'charts'), { withFileTypes: true }).catch(() => []);
  const charts = entries.filter((entry) => entry.isDirectory() || entry.name.endsWith('.tgz'));
  return Promise.all(
    charts.map(async (entry) => {
      const path = join(folder, 'charts', entry.name);
      return entry.isDirectory() ? path : unpack(path, await mkdtemp(join(scratch, 'subchart-')), spawn);
    }),
  );
}
